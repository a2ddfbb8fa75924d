package hosts

import "encoding/json"

// All returns the hosts that are known here, in the order in which they are
// listed to people.
func All() []Host {
	return []Host{
		claudeDesktop(), claudeCode(), vsCode(), cursor(), windsurf(), codex(), gemini(), opencode(), qwen(),
	}
}

// claudeDesktop: https://modelcontextprotocol.io/docs/develop/connect-local-servers
// gives the paths of macOS and Windows. On Linux the program, an Electron one,
// has the file in its folder below XDG_CONFIG_HOME.
func claudeDesktop() Host {
	return Host{
		ID: "claude-desktop", Name: "Claude Desktop", Asks: ByApproval, Bridge: "mcp-remote",
		Restart: "Quit Claude Desktop and start it again.",
		format:  mcpServers(claudeDesktopRemote),
		file:    location{appData: true, path: []string{"Claude", "claude_desktop_config.json"}},
		store:   "Claude_pzs8sxrjxfjjc",
	}
}

// claudeCode: https://code.claude.com/docs/en/mcp: servers of the user scope are
// in ~/.claude.json, and CLAUDE_CONFIG_DIR moves it (claude mcp add names the
// file it changed).
func claudeCode() Host {
	return Host{
		ID: "claude-code", Name: "Claude Code", Asks: ByForm, PassesEnvironment: true,
		Restart: "Start a new session.", Check: "/mcp shows it.",
		format:  format{container: "mcpServers", local: typedCommandAndArgs, remote: claudeCodeRemote},
		file:    location{variable: "CLAUDE_CONFIG_DIR", path: []string{".claude.json"}},
		program: "claude",
		add:     claudeAdd,
		remove:  removeForUser,
	}
}

// vsCode: https://code.visualstudio.com/docs/agents/reference/mcp-configuration
// has the format and --add-mcp, and
// https://code.visualstudio.com/docs/configure/settings#_settings-file-locations
// the folder of the user profile. There is no command that removes a server.
func vsCode() Host {
	return Host{
		ID: "vscode", Aliases: []string{"code"}, Name: "VS Code", Asks: ByForm,
		Restart: "Restart VS Code.", Check: "Its command MCP: List Servers shows the server.",
		Note:    "That file is the default profile's; VS Code's other profiles have files of their own.",
		format:  format{container: "servers", local: typedCommandAndArgs, remote: vsCodeRemote, prompts: true},
		Prompts: true,
		file:    location{appData: true, path: []string{"Code", "User", "mcp.json"}},
		program: "code",
		add:     vsCodeAdd,
	}
}

// cursor: https://cursor.com/docs/mcp: ~/.cursor/mcp.json on every system.
func cursor() Host {
	return Host{
		ID: "cursor", Name: "Cursor", Asks: ByForm,
		Restart: "Restart Cursor.", Check: "Its settings show the server under MCP.",
		format: mcpServers(cursorRemote),
		file:   location{path: []string{".cursor", "mcp.json"}},
	}
}

// windsurf: https://docs.windsurf.com/windsurf/cascade/mcp:
// ~/.codeium/windsurf/mcp_config.json on every system.
func windsurf() Host {
	return Host{
		ID: "windsurf", Name: "Windsurf", Asks: ByApproval,
		Restart: "Press refresh in Windsurf's MCP settings.",
		format:  mcpServers(windsurfRemote),
		file:    location{path: []string{".codeium", "windsurf", "mcp_config.json"}},
	}
}

// codex: https://developers.openai.com/codex/mcp: config.toml in ~/.codex, or in
// CODEX_HOME.
func codex() Host {
	return Host{
		ID: "codex", Aliases: []string{"codex-cli"}, Name: "Codex", Asks: ByForm,
		Restart: "Start a new session.", Check: "/mcp shows it.",
		format:  format{toml: true, container: "mcp_servers", local: commandAndArgs, remote: codexRemote},
		file:    location{variable: "CODEX_HOME", folder: []string{".codex"}, path: []string{"config.toml"}},
		program: "codex",
		add:     addWithCommand,
		remove:  removeByName,
	}
}

// gemini: https://geminicli.com/docs/tools/mcp-server/ and
// https://geminicli.com/docs/reference/configuration/: .gemini/settings.json in
// the home folder, or in GEMINI_CLI_HOME.
func gemini() Host {
	return Host{
		ID: "gemini", Aliases: []string{"gemini-cli"}, Name: "Gemini CLI", Asks: ByApproval,
		Restart: "Start a new session.", Check: "/mcp shows it.",
		format:  mcpServers(geminiRemote),
		file:    location{variable: "GEMINI_CLI_HOME", path: []string{".gemini", "settings.json"}},
		program: "gemini",
		add:     addForUser,
		remove:  removeForUser,
	}
}

// opencode: https://opencode.ai/docs/mcp-servers/ and
// https://opencode.ai/docs/config/: opencode.jsonc or opencode.json in
// ~/.config/opencode on every system; where both are there, the first wins.
// There is no command that removes a server.
func opencode() Host {
	return Host{
		ID: "opencode", Name: "opencode", Asks: Nobody, PassesEnvironment: true,
		Restart: "Start a new session.",
		format:  format{container: "mcp", local: localCommand, remote: opencodeRemote},
		file: location{variable: "XDG_CONFIG_HOME", folder: []string{".config"},
			path: []string{"opencode", "opencode.json"}, preferred: []string{"opencode", "opencode.jsonc"}},
		program: "opencode",
		add:     addWithCommand,
	}
}

// qwen: https://qwenlm.github.io/qwen-code-docs/en/users/features/mcp/ and
// https://qwenlm.github.io/qwen-code-docs/en/users/configuration/settings/:
// settings.json in ~/.qwen, or in QWEN_HOME.
func qwen() Host {
	return Host{
		ID: "qwen", Aliases: []string{"qwen-code"}, Name: "Qwen Code", Asks: ByApproval, PassesEnvironment: true,
		Restart: "Start a new session.", Check: "/mcp shows it.",
		format:  mcpServers(geminiRemote),
		file:    location{variable: "QWEN_HOME", folder: []string{".qwen"}, path: []string{"settings.json"}},
		program: "qwen",
		add:     addForUser,
		remove:  removeForUser,
	}
}

// localCommand returns the fields of a server in opencode.
func localCommand(s Server) []field {
	return []field{{"type", "local"}, {"command", s.argv()}}
}

func claudeAdd(s Server) []string {
	return append([]string{"mcp", "add", "--scope", "user", s.Name, "--"}, s.argv()...)
}

func vsCodeAdd(s Server) []string {
	definition, _ := json.Marshal(map[string]any{
		"name": s.Name, "type": "stdio", "command": s.Command, "args": s.Args})
	return []string{"--add-mcp", string(definition)}
}

// addWithCommand returns the arguments that Codex and opencode share.
func addWithCommand(s Server) []string {
	return append([]string{"mcp", "add", s.Name, "--"}, s.argv()...)
}

func removeByName(name string) []string { return []string{"mcp", "remove", name} }

// addForUser returns the arguments that Gemini CLI and Qwen Code, which comes
// from it, share; their default is the project.
func addForUser(s Server) []string {
	args := []string{"mcp", "add", "--scope", "user", s.Name, s.Command}
	return append(append(args, "--"), s.Args...)
}

func removeForUser(name string) []string {
	return []string{"mcp", "remove", "--scope", "user", name}
}
