// Clicks a confirmed deletion through the Inspector's page, once for each server.
// Prints one line of JSON: [{name, ok, detail, version, question}, …].
import { chromium } from 'playwright-core';

const config = JSON.parse(process.argv[2]);
const browser = await chromium.launch({
  executablePath: config.chromium,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

async function click(server) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  page.setDefaultTimeout(20000);
  const picture = async (what) => {
    if (!config.screenshots) return;
    await page.waitForTimeout(500); // forms come and go softly
    await page.screenshot({ path: `${config.screenshots}/inspector-${server}-${what}.png` });
  };
  const found = { name: server, ok: false, detail: '', version: '', question: '' };
  try {
    // Nothing leaves loopback: the page would ask for fonts.
    await page.route((u) => !/^(127\.0\.0\.1|localhost)$/.test(new URL(u).hostname), (r) => r.abort());
    await page.goto(config.url);
    await page.getByLabel(`Connect or disconnect "${server}"`).click({ force: true });
    await page.getByText('Connected', { exact: true }).waitFor();
    found.version = await page.getByText(/^MCP \d{4}-/).innerText();
    await page.getByText('Tools', { exact: true }).first().click();
    await page.getByText('Delete API user', { exact: true }).first().click();
    await page.getByRole('textbox', { name: 'apiUserId' }).fill(config.id);
    await page.getByRole('button', { name: 'Execute Tool' }).click();
    const form = page.locator('section[role=dialog]').first();
    await form.waitFor();
    found.question = await form.innerText();
    const yes = form.getByLabel('Yes, do it');
    for (let i = 0; i < 20 && !(await yes.isChecked()); i++) {
      await yes.click({ force: true }); // which the page loses while it draws itself anew
      await page.waitForTimeout(250);
    }
    await picture('question');
    await form.getByRole('button', { name: 'Submit' }).click();
    await page.getByText(/"outcome":\s*"deleted"/).or(page.getByText(/^"?deleted"?$/)).first().waitFor();
    await picture('result');
    found.ok = true;
  } catch (e) {
    found.detail = String(e?.message ?? e).slice(0, 500) + ' ' + (await page.locator('body').innerText().catch(() => '')).slice(0, 600);
    await picture('failure');
  }
  await page.close();
  return found;
}

const all = [];
for (const server of config.servers) all.push(await click(server));
await browser.close();
console.log(JSON.stringify(all));
