import assert from 'node:assert/strict';
import path from 'node:path';
import { thresholdsFor } from '../../../../server/completion/confidence/thresholds.js';
import { readThresholds, thresholdsPath } from '../../../../server/cli/thresholds-file.js';
import { modelFingerprint } from '../../../../server/engine/model/fingerprint.js';
import { findModel } from '../../../../server/models/find-model.js';

const packageRoot = path.resolve(import.meta.dirname, '../../../../..');

describe('the thresholds that ship', () => {
  it('are for the model that ships: after another one, calibrate anew (model/README.md)', () => {
    const data = readThresholds(thresholdsPath(packageRoot));
    const embedded = modelFingerprint(findModel({ packageRoot }).path);
    assert.ok(data.models.some(({ fingerprint }) => fingerprint === embedded));
    const [eager, balanced, strict] = (['eager', 'balanced', 'strict'] as const).map(
      (level) => thresholdsFor(data, embedded, level).line.whole ?? 0,
    );
    assert.ok(Number(eager) < Number(balanced) && Number(balanced) < Number(strict));
  });

  it('are none where there is no file', () => {
    assert.deepEqual(readThresholds(path.join(packageRoot, 'none.json')).models, []);
  });
});
