// A host of views for the browser: an MCP client, the official bridge, and a log of all
// messages between host and view. It is bundled by view.mjs.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { AppBridge, PostMessageTransport, getToolUiResourceUri, RESOURCE_MIME_TYPE } from '@modelcontextprotocol/ext-apps/app-bridge';

const q = new URLSearchParams(location.search);
const log = (window.hostLog = []);
const extensions = { 'io.modelcontextprotocol/ui': { mimeTypes: [RESOURCE_MIME_TYPE] } };
const versionNegotiation = { mode: q.get('era') === 'modern' ? { pin: '2026-07-28' } : 'legacy' };
const client = new Client({ name: 'view-host', version: '1' }, { capabilities: { extensions }, versionNegotiation });

async function main() {
  await client.connect(new StreamableHTTPClientTransport(new URL(q.get('server'))));
  const { tools } = await client.listTools();
  const tool = tools.find((t) => t.name === 'audit_api_users');
  const { contents: [content] } = await client.readResource({ uri: getToolUiResourceUri(tool) });
  if (content.mimeType !== RESOURCE_MIME_TYPE) throw new Error(`type ${content.mimeType}`);
  const result = await client.callTool({ name: tool.name, arguments: {} });
  const frame = document.getElementById('view');
  const ready = new Promise((ok) => addEventListener('message', (e) => {
    if (e.source !== frame.contentWindow) return;
    if (e.data?.method === 'ui/notifications/sandbox-proxy-ready') ok();
    else log.push(e.data);
  }));
  frame.src = q.get('sandbox');
  await ready;
  const all = q.get('host') === 'all';
  const capabilities = all ? { serverTools: {}, message: { text: {} } } : {};
  const hostContext = all ? { theme: q.get('theme'), locale: 'de-DE', timeZone: 'Europe/Berlin' } : {};
  const bridge = (window.bridge = new AppBridge(client, { name: 'view-host', version: '1' }, capabilities, { hostContext }));
  if (all) bridge.onmessage = async () => ({});
  bridge.onsizechange = ({ height }) => { frame.style.height = `${height}px`; };
  const initialized = new Promise((ok) => { bridge.oninitialized = ok; });
  await bridge.connect(new PostMessageTransport(frame.contentWindow, frame.contentWindow));
  await bridge.sendSandboxResourceReady({ html: content.text });
  await initialized;
  bridge.sendToolInput({ arguments: {} });
  bridge.sendToolResult(result);
  window.result = result;
}
main().then(() => { window.ready = 'yes'; }, (e) => { window.ready = String(e.stack ?? e); });
