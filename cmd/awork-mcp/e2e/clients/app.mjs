// Opens the view of the audit on the Inspector's page, once for each server.
// Prints one line of JSON: [{name, problems: […]}, …].
import { chromium } from 'playwright-core';

const config = JSON.parse(process.argv[2]); // url, chromium, screenshots, servers, workspace, users
const browser = await chromium.launch({
  executablePath: config.chromium,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

async function open(server) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 }, colorScheme: 'light' });
  page.setDefaultTimeout(20000);
  const problems = [];
  const must = (ok, text) => ok || problems.push(text);
  const picture = async (what) => {
    if (config.screenshots) await page.screenshot({ path: `${config.screenshots}/inspector-app-${server}-${what}.png` });
  };
  page.on('pageerror', (e) => problems.push(`an error on the page: ${e}`));
  try {
    // The Inspector's own page asks for fonts; nothing else may leave loopback.
    await page.route((u) => !/^(127\.0\.0\.1|localhost)$/.test(new URL(u).hostname), (r) => {
      if (new URL(r.request().url()).hostname !== 'fonts.googleapis.com') problems.push(`a request to ${r.request().url()}`);
      r.abort();
    });
    await page.goto(config.url);
    await page.getByLabel(`Connect or disconnect "${server}"`).click({ force: true });
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.getByText('Apps', { exact: true }).first().click();
    await page.getByText('Audit API users', { exact: true }).first().click();
    await page.getByRole('button', { name: 'Open App' }).click();
    const view = page.frameLocator('iframe').frameLocator('iframe');
    await view.getByText('Showing 10 of 10 findings.').waitFor();
    const text = await view.locator('body').innerText();
    for (const want of [config.workspace, `findings in ${config.users} API users`, 'Power BI Report', 'High (2)', 'Ask for the change']) {
      must(text.includes(want), `the view does not show ${want}`);
    }
    await picture('light');
    await view.getByLabel('High').uncheck();
    await view.getByText('Showing 8 of 10 findings.').waitFor();
    await view.getByLabel('High').check();
    const calls = () => page.getByText('audit_api_users', { exact: true }).count();
    const before = await calls();
    await view.getByRole('button', { name: 'Look again' }).click();
    for (let i = 0; i < 200 && (await calls()) === before; i++) await page.waitForTimeout(50);
    must((await calls()) > before, 'Look again calls no tool');
    await view.getByText('Showing 10 of 10 findings.').waitFor();

    const color = () => view.locator('body').evaluate((b) => getComputedStyle(b).color);
    const light = await color();
    await page.getByRole('button', { name: /dark|theme|color scheme/i }).first().click();
    for (let i = 0; i < 100 && (await color()) === light; i++) await page.waitForTimeout(50);
    must((await color()) !== light, `the view stays light (${light})`);
    await picture('dark');

    await view.getByRole('button', { name: /^Ask for/ }).first().click();
    // This host announces no messages: the sentence is there for copying.
    const sentence = await view.getByLabel('Sentence to copy into the conversation').inputValue();
    must(/^Please [a-z_ ,]+: [a-z_]+ on [0-9a-f-]{36}\.$/.test(sentence), `the sentence is ${sentence}`);
    await picture('asked');
  } catch (e) {
    problems.push(String(e?.message ?? e).slice(0, 500));
    await picture('failure');
  }
  await page.close();
  return { name: server, problems };
}

const all = [];
for (const server of config.servers) all.push(await open(server));
await browser.close();
console.log(JSON.stringify(all));
