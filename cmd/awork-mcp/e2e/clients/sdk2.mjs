// The TypeScript SDK's second generation, in each of its ways to agree on a revision.
import { Client, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { main } from './scenario.mjs';

function transport(server) {
  if (server.command) return new StdioClientTransport({ ...server, stderr: 'ignore' });
  return server.sse ? new SSEClientTransport(new URL(server.url)) : new StreamableHTTPClientTransport(new URL(server.url));
}

await main(async (server, { answer }) => {
  const client = new Client(
    { name: 'e2e', version: '0' },
    { capabilities: answer ? { elicitation: { form: {} } } : {}, versionNegotiation: { mode: server.mode } },
  );
  if (answer) client.setRequestHandler('elicitation/create', (r) => answer(r.params.message));
  const t = transport(server);
  await client.connect(t);
  return {
    version: client.getNegotiatedProtocolVersion(),
    listTools: async () => (await client.listTools()).tools,
    call: (name, args, options) => client.callTool({ name, arguments: args }, options),
    prompt: (name, args) => client.getPrompt({ name, arguments: args }),
    resource: (uri) => client.readResource({ uri }),
    close: async () => {
      if (t.sessionId) await t.terminateSession();
      await client.close();
    },
  };
});
