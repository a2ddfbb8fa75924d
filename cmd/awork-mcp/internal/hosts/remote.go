package hosts

import "fmt"

// How hosts name a server that is hosted, and the variables of their environment
// in the values of its headers.
const (
	inBraces    = "${%s}"
	inEnvBraces = "${env:%s}"
	inOpencode  = "{env:%s}"
)

// headers returns the field of the headers; none where there are none.
func headers(s Server, variable string) []field {
	if len(s.Headers) == 0 {
		return nil
	}
	values := map[string]string{}
	for _, h := range s.Headers {
		values[h.Name] = h.Prefix + fmt.Sprintf(variable, h.Variable)
	}
	return []field{{"headers", values}}
}

// claudeCodeRemote: https://code.claude.com/docs/en/mcp.
func claudeCodeRemote(s Server) []field {
	return append([]field{{"type", "http"}, {"url", s.URL}}, headers(s, inBraces)...)
}

// vsCodeRemote: https://code.visualstudio.com/docs/agents/reference/mcp-configuration.
// In headers VS Code fills inputs in, and variables of the environment not in
// every version (https://github.com/microsoft/vscode/issues/336232).
func vsCodeRemote(s Server) []field {
	return append([]field{{"type", "http"}, {"url", s.URL}}, headers(s, "${input:"+inputID(s.Name, "%s")+"}")...)
}

// cursorRemote: https://cursor.com/docs/mcp.
func cursorRemote(s Server) []field {
	return append([]field{{"url", s.URL}}, headers(s, inEnvBraces)...)
}

// windsurfRemote: https://docs.windsurf.com/windsurf/cascade/mcp.
func windsurfRemote(s Server) []field {
	return append([]field{{"serverUrl", s.URL}}, headers(s, inEnvBraces)...)
}

// geminiRemote: https://geminicli.com/docs/tools/mcp-server/; Qwen Code has it
// from there.
func geminiRemote(s Server) []field {
	return append([]field{{"httpUrl", s.URL}}, headers(s, inBraces)...)
}

// opencodeRemote: https://opencode.ai/docs/mcp-servers/.
func opencodeRemote(s Server) []field {
	return append([]field{{"type", "remote"}, {"url", s.URL}}, headers(s, inOpencode)...)
}

// codexRemote: https://developers.openai.com/codex/mcp: Codex takes the names of
// variables only.
func codexRemote(s Server) []field {
	fields := []field{{"url", s.URL}}
	others := map[string]string{}
	for _, h := range s.Headers {
		if h == Bearer(h.Variable) {
			fields = append(fields, field{"bearer_token_env_var", h.Variable})
		} else {
			others[h.Name] = h.Variable
		}
	}
	if len(others) > 0 {
		fields = append(fields, field{"env_http_headers", others})
	}
	return fields
}

// claudeDesktopRemote: https://www.npmjs.com/package/mcp-remote: Claude Desktop's
// file has servers that are launched only, and this program connects to another
// one. It fills the variables in itself. On Windows an argument must not hold a
// blank.
func claudeDesktopRemote(s Server) []field {
	args := []string{"-y", "mcp-remote", s.URL}
	for _, h := range s.Headers {
		args = append(args, "--header", h.Name+":"+fmt.Sprintf(inBraces, h.Variable))
	}
	return []field{{"command", "npx"}, {"args", args}}
}
