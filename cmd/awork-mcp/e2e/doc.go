// Package e2e proves the built program with MCP clients that nobody here wrote:
// the Inspector (its command line, mcpdo and its web page), the conformance
// suite, the TypeScript and Go SDKs, and mcp-remote. Its tests are behind a
// build tag, for they install npm packages:
//
//	go test -tags e2e -count=1 -v ./cmd/awork-mcp/e2e/
//
// They need npm with any Node that runs it, and a network or a warm cache for
// the first run. The clients and the Node they run on are those of
// clients/package-lock.json, stored below the user's cache folder, or below
// AWORK_MCP_E2E_CACHE. AWORK_MCP_E2E_BINARY tests a program that is already
// built. The web page is clicked through where Chromium is installed
// (/usr/bin/chromium, or AWORK_MCP_E2E_CHROMIUM); AWORK_MCP_E2E_SCREENSHOTS
// names a folder for pictures of it. The proxies of docs/team.md are tested where
// nginx and Caddy are installed.
//
// Each test ends with one line that counts its checks. The sections, for -run:
//
//	TestInspectorCLI  TestInspectorMcpdo  TestInspectorWeb  TestInspectorApp
//	TestTypeScriptSDK  TestGoSDK  TestPurity
//	TestConformanceShipped  TestConformanceFixtures  TestProxies
//
// Everything runs on loopback, with homes of its own, and is ended at the end.
package e2e
