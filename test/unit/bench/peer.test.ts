/** A peer that crashes, hangs or is missing: what the benchmark makes of it. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { EngineError } from '../../../server/engine/contract.js';
import { findPeer } from '../../../server/bench/peer/find-peer.js';
import { describeEnd, PeerError, PeerProcess } from '../../../server/bench/peer/peer-process.js';
import { Peer, type PeerOptions } from '../../../server/bench/peer/peer-subject.js';
import { inFolder } from '../../support/run-cli.js';

/** A program that answers calls as `body` says: it sees `method`, `params`, `reply` and `progress`. */
const script = (body: string) => `
process.on('message', ({ id, method, params }) => {
  const reply = (result) => process.send({ id, result });
  const progress = (done) => process.send({ id, progress: done });
  const fail = (error) => process.send({ id, error });
  void reply, progress, fail, params;
  ${body}
});
process.on('disconnect', () => process.exit());
`;

const withProcess = (body: string, silenceMs: number, work: (peer: PeerProcess) => Promise<void>) =>
  inFolder({ 'peer.mjs': script(body) }, async (folder) => {
    const peer = new PeerProcess(path.join(folder, 'peer.mjs'), silenceMs);
    try {
      await work(peer);
    } finally {
      await peer.stop();
    }
  });

const crash = `process.stderr.write('noise\\n/home/x/ggml-backend.cpp:12: GGML_ASSERT(*cur_backend_id != -1) failed\\n', () => process.abort());`;

describe("the peer's process", function () {
  this.timeout(60_000);

  it('answers calls, with progress on the way', () =>
    withProcess('progress(1); progress(2); reply(params.x + 1);', 60_000, async (peer) => {
      const seen: number[] = [];
      assert.equal(await peer.call('add', { x: 1 }, (done) => seen.push(done)), 2);
      assert.deepEqual(seen, [1, 2]);
      assert.ok(peer.running);
    }));

  it('lives on after an error that it tells of', () =>
    withProcess(
      "if (method === 'bad') fail('no such file'); else reply(1);",
      60_000,
      async (peer) => {
        await assert.rejects(peer.call('bad', {}), (error: PeerError) => {
          assert.equal(error.message, 'no such file');
          return !error.gone;
        });
        assert.equal(await peer.call('good', {}), 1);
      },
    ));

  it('says why it crashed, and says so again to whoever asks later', () =>
    withProcess(crash, 60_000, async (peer) => {
      for (let call = 0; call < 2; call++)
        await assert.rejects(peer.call('load', {}), (error: PeerError) => {
          const why =
            'it crashed (SIGABRT): ggml-backend.cpp:12: GGML_ASSERT(*cur_backend_id != -1) failed';
          assert.equal(error.message, why);
          return error.gone;
        });
      assert.ok(!peer.running);
    }));

  it('is ended where it says nothing for too long', () =>
    withProcess('for (;;);', 300, async (peer) => {
      await assert.rejects(peer.call('load', {}), /said nothing for 0 s and was ended/);
    }));

  it('can be stopped in the middle of its work', () =>
    withProcess('for (;;);', 60_000, async (peer) => {
      const call = assert.rejects(peer.call('load', {}), /it was stopped/);
      await peer.stop();
      await call;
    }));

  it('is described by its code where it told nothing', () => {
    assert.equal(describeEnd(3, null, ''), 'it ended with code 3');
    assert.equal(
      describeEnd(null, 'SIGKILL', 'last words\n\n'),
      'it crashed (SIGKILL): last words',
    );
  });
});

/** A peer over a program, and what it told. */
function peerOver(folder: string, amx = true) {
  const told: string[] = [];
  const options: PeerOptions = {
    install: { script: path.join(folder, 'peer.mjs'), package: 'p@1', release: 'r' },
    ...{
      identity: 'peer',
      model: 'm',
      device: 'cpu',
      threads: 1,
      contextLength: 64,
      batch: 8,
      amx,
    },
    warmUp: Int32Array.of(1, 2),
    stateFile: undefined,
    mayStay: () => false,
    onWithoutAmx: (why) => told.push(why),
    onLoaded: (ms) => told.push(`loaded in ${ms}`),
  };
  return { peer: new Peer(options), told };
}

const answers =
  "if (method === 'load') reply(40); else reply(params.tokens ? params.tokens.length : 2);";

describe('the peer', function () {
  this.timeout(60_000);

  it('goes without AMX where its AMX build crashes', () =>
    inFolder(
      { 'peer.mjs': script(`if (params.withoutAmx === false) { ${crash} } else { ${answers} }`) },
      async (folder) => {
        const { peer, told } = peerOver(folder);
        assert.equal(await peer.prefill(Int32Array.of(1, 2, 3)), 3);
        assert.match(told[0] ?? '', /cur_backend_id/);
        assert.equal(told[1], 'loaded in 41');
        await peer.stop();
      },
    ));

  it('is given up after two starts that failed', () =>
    inFolder({ 'peer.mjs': script("fail('out of memory');") }, async (folder) => {
      const { peer } = peerOver(folder);
      for (let call = 0; call < 3; call++)
        await assert.rejects(peer.prefill(Int32Array.of(1)), /out of memory/);
      await peer.stop();
    }));

  it('is started again after a crash in the middle, and after it had to make room', () =>
    inFolder(
      {
        'peer.mjs': script(
          `if (params.tokens?.length === 3) process.kill(process.pid, 'SIGKILL'); ${answers}`,
        ),
      },
      async (folder) => {
        const { peer, told } = peerOver(folder, false);
        await assert.rejects(peer.prefill(Int32Array.of(1, 2, 3)), /SIGKILL/);
        assert.equal(await peer.prefill(Int32Array.of(1, 2)), 2);
        await peer.rest();
        assert.equal(await peer.prefill(Int32Array.of(1)), 1);
        assert.equal(told.length, 3);
        await peer.stop();
      },
    ));

  it('is missed with the command that installs it', () =>
    inFolder({}, (folder) => {
      assert.throws(() => findPeer(folder), /no bench folder/);
      mkdirSync(path.join(folder, 'bench'));
      writeFileSync(path.join(folder, 'bench', 'peer.mjs'), '');
      assert.throws(
        () => findPeer(folder),
        (error: EngineError) => error.remedy.includes('npm ci --prefix'),
      );
      return Promise.resolve();
    }));
});
