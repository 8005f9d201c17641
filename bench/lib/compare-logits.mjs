/**
 * Two engines' logits of the same places.
 *
 * @param {readonly Float32Array[]} mine one row a place, one column a token of the vocabulary
 * @param {readonly (Float32Array | undefined)[]} theirs the same; places that are missing do not count
 * @returns {{places: number, worst: number, divergence: number, sameTop: number}} the largest difference after each row's
 *   mean was taken off, in standard deviations of the row; the mean Kullback–Leibler divergence, nats; the share of places
 *   whose best token is the same
 */
export function compareLogits(mine, theirs) {
  let worst = 0;
  let divergence = 0;
  let same = 0;
  let places = 0;
  mine.forEach((row, at) => {
    const other = theirs[at];
    if (other === undefined) return;
    places++;
    const [a, b] = [row, other].map(centred);
    const spread = Math.sqrt(a.reduce((sum, x) => sum + x * x, 0) / a.length);
    worst = Math.max(
      worst,
      a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0) / spread,
    );
    const [p, q] = [a, b].map(logSoftmax);
    divergence += p.reduce((sum, x, i) => sum + Math.exp(x) * (x - q[i]), 0);
    if (best(a) === best(b)) same++;
  });
  return { places, worst, divergence: divergence / places, sameTop: same / places };
}

function centred(row) {
  const values = Float64Array.from(row);
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return values.map((x) => x - mean);
}

function logSoftmax(row) {
  const most = row.reduce((a, b) => Math.max(a, b), -Infinity);
  const log = most + Math.log(row.reduce((sum, x) => sum + Math.exp(x - most), 0));
  return row.map((x) => x - log);
}

function best(row) {
  return row.reduce((at, x, i) => (x > row[at] ? i : at), 0);
}
