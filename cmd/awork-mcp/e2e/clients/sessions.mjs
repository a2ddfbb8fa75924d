// The TypeScript SDK's first generation as hosts use it: without session ids, after
// its session has ended, and across a restart of the server behind mcp-remote.
// What is found is printed as one line of JSON: {steps: [[name, outcome], …], error}.
import { existsSync } from 'node:fs';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport, StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const config = JSON.parse(process.argv[2]);
const steps = [];

// forgetful drops the session id of every answer, as hosted assistants do.
async function forgetful(url, init) {
  const r = await fetch(url, init);
  const headers = new Headers(r.headers);
  headers.delete('mcp-session-id');
  return new Response(r.body, { status: r.status, statusText: r.statusText, headers });
}

function transport() {
  if (config.command) return new StdioClientTransport({ ...config, stderr: 'ignore' });
  if (config.sse) return new SSEClientTransport(new URL(config.url));
  return new StreamableHTTPClientTransport(new URL(config.url), config.mode === 'forgetful' ? { fetch: forgetful } : {});
}

let client;
let link;
async function connect() {
  link = transport();
  client = new Client({ name: 'e2e', version: '0' }, { capabilities: {} });
  await client.connect(link);
}

// sessionIsGone is how hosts recognize that they have to connect anew.
function sessionIsGone(e) {
  if (!(e instanceof StreamableHTTPError) || e.code !== 404) return false;
  const body = JSON.parse(e.message.slice(e.message.indexOf('{')));
  return body.jsonrpc === '2.0' && body.error.code === -32001;
}

async function call(name, tool, args) {
  let r;
  try {
    r = await client.callTool({ name: tool, arguments: args });
  } catch (e) {
    if (!sessionIsGone(e)) throw e;
    steps.push([name, 'the session is gone']);
    await connect();
    r = await client.callTool({ name: tool, arguments: args });
  }
  steps.push([name, r.structuredContent.outcome]);
  return r.structuredContent;
}

try {
  await connect();
  steps.push(['tools', String((await client.listTools()).tools.length > 5)]);
  const id = { apiUserId: config.id };
  await call('read', 'get_api_user', id);
  if (config.mode === 'forgetful') {
    const first = await call('delete', 'delete_api_user', id);
    await call('delete with the code', 'delete_api_user', { ...id, confirmationCode: first.confirmationCode });
  }
  if (config.mode === 'stale') {
    await fetch(config.url, { method: 'DELETE', headers: { 'mcp-session-id': link.sessionId } });
    await call('read again', 'get_api_user', id);
  }
  if (config.mode === 'restart') {
    console.log('ready');
    while (!existsSync(config.restarted)) await new Promise((done) => setTimeout(done, 20));
    await call('read again', 'get_api_user', id);
  }
  await client.close();
  console.log(JSON.stringify({ steps, error: '' }));
} catch (e) {
  console.log(JSON.stringify({ steps, error: String(e?.message ?? e).slice(0, 500) }));
}
process.exit(0);
