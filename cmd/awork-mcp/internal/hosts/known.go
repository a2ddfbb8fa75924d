package hosts

import "encoding/json"

// All are the hosts that are known here, in the order in which people are told
// of them.
func All() []Host {
	return []Host{claudeDesktop(), claudeCode(), vsCode(), cursor(), windsurf(), codex(), gemini(), opencode(), qwen()}
}

// claudeDesktop: https://modelcontextprotocol.io/docs/develop/connect-local-servers
// gives the paths of macOS and Windows. On Linux the program, an Electron one,
// keeps the file in its folder below XDG_CONFIG_HOME.
func claudeDesktop() Host {
	return Host{
		ID: "claude-desktop", Name: "Claude Desktop", Desktop: true, Reload: "quit Claude Desktop and start it again",
		shape: mcpServers(),
		file:  func(sys System) string { return sys.join(sys.appData(), "Claude", "claude_desktop_config.json") },
	}
}

// claudeCode: https://code.claude.com/docs/en/mcp: servers of the user scope are
// in ~/.claude.json, and CLAUDE_CONFIG_DIR moves it (claude mcp add names the
// file it changed).
func claudeCode() Host {
	return Host{
		ID: "claude-code", Name: "Claude Code", Reload: "start a new session; /mcp shows it",
		shape: shape{container: "mcpServers", entry: stdioCommandAndArgs},
		file: func(sys System) string {
			return sys.join(sys.folder("CLAUDE_CONFIG_DIR", sys.Home), ".claude.json")
		},
		program: "claude",
		add: func(s Server) []string {
			return append([]string{"mcp", "add", "--scope", "user", s.Name, "--"}, launch(s)...)
		},
		remove: func(name string) []string { return []string{"mcp", "remove", "--scope", "user", name} },
	}
}

// vsCode: https://code.visualstudio.com/docs/agents/reference/mcp-configuration
// has the format and --add-mcp, and
// https://code.visualstudio.com/docs/configure/settings#_settings-file-locations
// the folder of the user profile. There is no command that removes a server.
func vsCode() Host {
	return Host{
		ID: "vscode", Name: "VS Code", Desktop: true, Reload: "start the server in VS Code: MCP: List Servers",
		shape:   shape{container: "servers", entry: stdioCommandAndArgs},
		file:    func(sys System) string { return sys.join(sys.appData(), "Code", "User", "mcp.json") },
		program: "code",
		add: func(s Server) []string {
			definition, _ := json.Marshal(map[string]any{"name": s.Name, "type": "stdio", "command": s.Command, "args": s.Args})
			return []string{"--add-mcp", string(definition)}
		},
	}
}

// cursor: https://cursor.com/docs/mcp: ~/.cursor/mcp.json on every system.
func cursor() Host {
	return Host{
		ID: "cursor", Name: "Cursor", Desktop: true, Reload: "Cursor takes notice by itself; its settings show the server under MCP",
		shape: mcpServers(),
		file:  func(sys System) string { return sys.join(sys.Home, ".cursor", "mcp.json") },
	}
}

// windsurf: https://docs.windsurf.com/windsurf/cascade/mcp:
// ~/.codeium/windsurf/mcp_config.json on every system.
func windsurf() Host {
	return Host{
		ID: "windsurf", Name: "Windsurf", Desktop: true, Reload: "press refresh in Windsurf's MCP settings",
		shape: mcpServers(),
		file:  func(sys System) string { return sys.join(sys.Home, ".codeium", "windsurf", "mcp_config.json") },
	}
}

// codex: https://developers.openai.com/codex/mcp: config.toml in ~/.codex, or in
// CODEX_HOME.
func codex() Host {
	return Host{
		ID: "codex", Name: "Codex", Reload: "start a new session; /mcp shows it",
		shape:   shape{toml: true, container: "mcp_servers", entry: commandAndArgs},
		file:    func(sys System) string { return sys.join(sys.folder("CODEX_HOME", sys.Home, ".codex"), "config.toml") },
		program: "codex",
		add:     func(s Server) []string { return append([]string{"mcp", "add", s.Name, "--"}, launch(s)...) },
		remove:  func(name string) []string { return []string{"mcp", "remove", name} },
	}
}

// gemini: https://geminicli.com/docs/tools/mcp-server/ and
// https://geminicli.com/docs/reference/configuration/: .gemini/settings.json in
// the home folder, or in GEMINI_CLI_HOME.
func gemini() Host {
	return Host{
		ID: "gemini", Name: "Gemini CLI", Reload: "start a new session; /mcp shows it",
		shape: mcpServers(),
		file: func(sys System) string {
			return sys.join(sys.folder("GEMINI_CLI_HOME", sys.Home), ".gemini", "settings.json")
		},
		program: "gemini",
		add:     addForUser,
		remove:  removeForUser,
	}
}

// opencode: https://opencode.ai/docs/mcp-servers/ and
// https://opencode.ai/docs/config/: opencode.jsonc or opencode.json in
// ~/.config/opencode on every system; where both are there, the first wins. There is no
// command that removes a server.
func opencode() Host {
	return Host{
		ID: "opencode", Name: "opencode", Reload: "start a new session",
		shape: shape{container: "mcp", entry: func(s Server) []field {
			return []field{{"type", "local"}, {"command", launch(s)}}
		}},
		file: func(sys System) string {
			dir := sys.join(sys.folder("XDG_CONFIG_HOME", sys.Home, ".config"), "opencode")
			if commented := sys.join(dir, "opencode.jsonc"); exists(commented) {
				return commented
			}
			return sys.join(dir, "opencode.json")
		},
		program: "opencode",
		add:     func(s Server) []string { return append([]string{"mcp", "add", s.Name, "--"}, launch(s)...) },
	}
}

// qwen: https://qwenlm.github.io/qwen-code-docs/en/users/features/mcp/ and
// https://qwenlm.github.io/qwen-code-docs/en/users/configuration/settings/:
// settings.json in ~/.qwen, or in QWEN_HOME.
func qwen() Host {
	return Host{
		ID: "qwen", Name: "Qwen Code", Reload: "start a new session; /mcp shows it",
		shape:   mcpServers(),
		file:    func(sys System) string { return sys.join(sys.folder("QWEN_HOME", sys.Home, ".qwen"), "settings.json") },
		program: "qwen",
		add:     addForUser,
		remove:  removeForUser,
	}
}

// addForUser is what Gemini CLI and Qwen Code, which comes from it, share; their
// default is the project.
func addForUser(s Server) []string {
	args := []string{"mcp", "add", "--scope", "user", s.Name, s.Command}
	return append(append(args, "--"), s.Args...)
}

func removeForUser(name string) []string {
	return []string{"mcp", "remove", "--scope", "user", name}
}
