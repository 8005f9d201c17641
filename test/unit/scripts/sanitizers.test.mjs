import assert from 'node:assert/strict';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { sortReports } from '../../../scripts/lib/sanitizer-reports.mjs';

const race = (frame) => `==================
WARNING: ThreadSanitizer: data race (pid=1)
  Write of size 8 at 0x7b by thread T2:
    #0 free interceptors.cpp:706 (libtsan.so.2+0x47e82)
    #1 ${frame}

SUMMARY: ThreadSanitizer: data race
==================
`;

const leaks = (...frames) => `
=================================================================
==7==ERROR: LeakSanitizer: detected memory leaks

${frames.map((frame) => `Direct leak of 8 byte(s) in 1 object(s) allocated from:\n    #0 malloc\n    #1 ${frame}\n`).join('\n')}
SUMMARY: AddressSanitizer: 16 byte(s) leaked in 2 allocation(s).
`;

/** As leaks name them, where the line is known. */
const source = `lacuna::Engine::work() ${inRoot('native/runtime/engine.cc')}:9`;
const engine = 'lacuna::Engine::work() engine.cc:9 (lacuna.node+0x12)';
const testing = 'lacuna::testing::kernel() kernels.cc:9 (lacuna_testing.node+0x12)';
const node = 'v8::platform::DefaultJobState::Join() <null> (node+0x1d65cea)';

describe("sanitizers' reports", () => {
  it('are ours where a frame of an addon is in them', () => {
    const { ours, others } = sortReports(race(node) + race(engine) + race(testing));
    assert.equal(ours.length, 2);
    assert.match(ours[0], /Engine::work/);
    assert.equal(others, 1);
  });

  it('are not ours where the workers of V8 race, even on our stack', () => {
    const accesses = (first, second) => `==================
WARNING: ThreadSanitizer: data race (pid=1)
  Write of size 1 at 0x7b by thread T4:
    #0 pthread_mutex_destroy interceptors.cpp:1312 (libtsan.so+0x42191)
    #1 ${first}
  Previous atomic read of size 1 at 0x7b by main thread (mutexes: write M3):
    #0 pthread_cond_wait interceptors.cpp:1223 (libtsan.so+0x62843)
    #1 ${second}
    #2 ${engine}
  Location is heap block of size 192 at 0x7b allocated by main thread:
    #0 operator new(unsigned long) new.cpp:64 (libtsan.so+0x87323)
    #1 ${engine}
==================
`;
    const elsewhere = 'v8::internal::Heap::CollectGarbage() <null> (node+0xc45d94)';
    assert.deepEqual(sortReports(accesses(node, node)), { ours: [], others: 1 });
    assert.equal(sortReports(accesses(node, elsewhere)).ours.length, 1);
    assert.equal(sortReports(accesses(engine, node)).ours.length, 1);
  });

  it('are taken apart leak by leak', () => {
    const { ours, others } = sortReports(leaks(node, engine, node, source));
    assert.equal(others, 2);
    assert.equal(ours.length, 2);
    assert.match(ours[0], /^Direct leak of 8[^]*engine\.cc:9 \(lacuna\.node\+0x12\)$/);
    assert.match(ours[1], /engine\.cc:9$/);
  });

  it('of broken memory are ours wherever they show', () => {
    const text = `==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x6\n    #0 ${node}\n`;
    assert.equal(sortReports(text).ours.length, 1);
  });

  it('of undefined behaviour are ours, each by itself', () => {
    const overflow = (line) =>
      `cpu/kernels.cc:${line}:3: runtime error: signed integer overflow\n    #0 ${engine}\n\n`;
    const { ours } = sortReports(overflow(7) + overflow(8) + race(node));
    assert.equal(ours.length, 2);
    assert.match(ours[0], /^cpu\/kernels\.cc:7:3: [^]*lacuna\.node\+0x12\)$/);
  });

  it('of a crash under ThreadSanitizer are ours', () => {
    const text = `ThreadSanitizer:DEADLYSIGNAL\n==7==ERROR: ThreadSanitizer: SEGV on unknown address\n    #0 ${node}\n`;
    assert.equal(sortReports(text).ours.length, 1);
  });

  it('are none in an empty folder', () => {
    assert.deepEqual(sortReports(''), { ours: [], others: 0 });
  });
});
