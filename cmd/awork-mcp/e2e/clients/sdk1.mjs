// The TypeScript SDK's first generation; behind mcp-remote where the server names it.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { main } from './scenario.mjs';

function transport(server) {
  if (server.command) return new StdioClientTransport({ ...server, stderr: 'ignore' });
  return server.sse ? new SSEClientTransport(new URL(server.url)) : new StreamableHTTPClientTransport(new URL(server.url));
}

await main(async (server, { answer }) => {
  const client = new Client({ name: 'e2e', version: '0' }, { capabilities: answer ? { elicitation: {} } : {} });
  if (answer) client.setRequestHandler(ElicitRequestSchema, (r) => answer(r.params.message));
  const t = transport(server);
  let version;
  t.setProtocolVersion = ((set) => (v) => {
    version = v;
    set?.call(t, v);
  })(t.setProtocolVersion);
  await client.connect(t);
  return {
    version,
    listTools: async () => (await client.listTools()).tools,
    call: (name, args, options) => client.callTool({ name, arguments: args }, undefined, options),
    prompt: (name, args) => client.getPrompt({ name, arguments: args }),
    resource: (uri) => client.readResource({ uri }),
    close: async () => {
      if (t.sessionId) await t.terminateSession();
      await client.close();
    },
  };
});
