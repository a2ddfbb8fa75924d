// One scenario for every client. An adapter is a function
//   connect({answer}) -> {version, listTools(), call(name, args, {onprogress, signal}), prompt(name, args), resource(uri), close()}
// where answer(message) gives what the human answers, or is null where the client has no forms.
// What is found is printed as one line of JSON: {version, steps: [[name, ok, detail], …], refused, complete}.

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export async function play(connect, config) {
  const steps = [];
  const short = (v) => (typeof v === 'string' ? v : JSON.stringify(v) ?? String(v)).slice(0, 400);
  const step = async (name, run) => {
    try {
      await run();
      steps.push([name, true, '']);
    } catch (e) {
      steps.push([name, false, short(e?.message ?? String(e))]);
    }
  };
  const must = (ok, what) => {
    if (!ok) throw new Error(short(what));
  };
  const seen = async () => (await fetch(config.watch)).json();
  const outcome = (r, want) => {
    must(r.structuredContent?.outcome === want, r);
    must(Boolean(r.isError) === !['deleted', 'found'].includes(want), r);
    must(JSON.parse(r.content[0].text).outcome === want, r);
  };

  // Over transports that can't ask, a write wants the code of its first call.
  const confirmed = async (c, name, args, options) => {
    const r = await c.call(name, args, options);
    if (config.asks) return r;
    outcome(r, 'confirmation_required');
    return c.call(name, { ...args, confirmationCode: r.structuredContent.confirmationCode }, options);
  };

  let complete = false; // all progress came
  let reply;
  let asked = [];
  const answer = async (message) => {
    asked.push(message);
    return reply;
  };
  const { ids } = config;
  let c;
  try {
    c = await connect(config.server, { answer });
  } catch (e) {
    return { version: '', steps, refused: short(e?.message ?? String(e)) };
  }

  await step('tools', async () => {
    const names = (await c.listTools()).map((t) => t.name).sort();
    must(names.join() === config.tools.join(), names);
  });
  await step('structured call', async () => {
    const r = await c.call('list_api_users', {});
    outcome(r, 'found');
    must(r.structuredContent.total === config.total, r.structuredContent.total);
  });
  const deletion = (name, how, want) =>
    step(name, async () => {
      asked = [];
      reply = how;
      outcome(await confirmed(c, 'delete_api_user', { apiUserId: ids.target }), want);
      must(asked.length === (config.asks ? 1 : 0), asked);
      must(!config.asks || (asked[0].includes('"Zapier Sync"') && asked[0].includes('"Studio Nordlicht"')), asked);
      must((await seen()).deletes.includes(ids.target) === (want === 'deleted'), 'what awork saw');
    });
  if (config.asks) {
    await deletion('decline', { action: 'decline' }, 'declined');
    await deletion('cancel', { action: 'cancel' }, 'declined');
    await deletion('accept without the tick', { action: 'accept', content: { confirm: false } }, 'declined');
  }
  await deletion('accept', { action: 'accept', content: { confirm: true } }, 'deleted');
  await step('not found', async () => outcome(await c.call('get_api_user', { apiUserId: ids.target }), 'not_found'));
  await step('bad id', async () => outcome(await c.call('delete_api_user', { apiUserId: 'no uuid' }), 'invalid_input'));
  await step('unknown tool', async () => {
    let r;
    try {
      r = await c.call('no_such_tool', {});
    } catch (e) {
      must(e.code === -32602, `code ${e.code}: ${e.message}`);
      return;
    }
    throw new Error(`no error: ${short(r)}`);
  });
  await step('bulk delete with progress', async () => {
    const progress = [];
    reply = { action: 'accept', content: { confirm: true, count: ids.bulk.length } };
    const r = await confirmed(c, 'delete_api_users', { apiUserIds: ids.bulk }, {
      // One without a total is not the server's: the SDK makes it up between the rounds of a call.
      onprogress: (p) => p.total && progress.push(p.progress),
    });
    outcome(r, 'deleted');
    must(r.structuredContent.summary.deleted === ids.bulk.length, r.structuredContent.summary);
    const deletes = (await seen()).deletes;
    must(ids.bulk.every((id) => deletes.includes(id)), deletes);
    for (let i = 0; i < 50 && progress.length < ids.bulk.length; i++) await sleep(10);
    // These SDKs drop a notification that they read together with the result: on
    // a busy machine the last ones. What came must be in order all the same.
    const all = ids.bulk.map((_, i) => i + 1);
    must(progress.length > 0 && progress.join() === all.slice(0, progress.length).join(), `progress ${progress}`);
    complete = progress.length === all.length;
  });
  await step('cancel', async () => {
    const control = new AbortController();
    const began = Date.now();
    const call = c.call('get_api_user', { apiUserId: ids.slow }, { signal: control.signal }).then(
      (r) => new Error(`an answer: ${short(r)}`),
      () => null,
    );
    while ((await seen()).reading === 0 && Date.now() - began < 10000) await sleep(10);
    control.abort(new Error('changed my mind'));
    const e = await call;
    if (e) throw e;
    if (!config.cancels) return;
    const given = Date.now();
    while ((await seen()).aborted === 0 && Date.now() - given < 5000) await sleep(10);
    must((await seen()).aborted === 1, await seen());
  });
  await step('a call after the cancel', async () => {
    const r = await c.call('list_api_users', {});
    must(r.structuredContent.total === config.total - 1 - ids.bulk.length, r.structuredContent.total);
  });
  await step('twenty at once', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => c.call('get_api_user', { apiUserId: ids.spared })));
    for (const r of all) outcome(r, 'found');
    must(all.every((r) => r.structuredContent.apiUserId === ids.spared), 'answers of other calls');
  });
  await step('prompt', async () => {
    const r = await c.prompt('offboard_integration', { apiUserId: ids.spared });
    must(r.messages[0].content.text.includes(ids.spared), r);
  });
  await step('resource', async () => {
    const r = await c.resource(`awork://api-users/${ids.spared}`);
    must(JSON.parse(r.contents[0].text).apiUser.id === ids.spared, r);
  });
  await step('close', () => c.close());

  await step('without forms', async () => {
    const d = await connect(config.server, { answer: null });
    try {
      outcome(await confirmed(d, 'delete_api_user', { apiUserId: ids.targetTwo }), 'deleted');
      must((await seen()).deletes.includes(ids.targetTwo), 'what awork saw');
    } finally {
      await d.close();
    }
  });
  await step('nobody to be asked', async () => {
    const d = await connect(config.human, { answer: config.asks ? null : answer });
    asked = [];
    try {
      outcome(await d.call('delete_api_user', { apiUserId: ids.spared }), 'blocked');
      must(asked.length === 0 && !(await seen()).deletes.includes(ids.spared), 'it was asked or deleted');
    } finally {
      await d.close();
    }
  });
  return { version: String(c.version), steps, refused: '', complete };
}

// main plays the scenario that the configuration on the command line describes.
export async function main(connect) {
  const config = JSON.parse(process.argv[2]);
  console.log(JSON.stringify(await play(connect, config)));
  process.exit(0);
}
