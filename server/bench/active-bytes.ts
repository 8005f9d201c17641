import type { NativeModelFile, TensorSummary } from '../engine/native/addon.js';

/**
 * Bytes of weights that one decoded token cannot do without: every tensor once, of the routed experts only those a token
 * visits, of the embedding one row, and nothing of nextn layers.
 */
export function activeBytes(file: NativeModelFile): number {
  const integer = (key: string): number => Number(file.get(`deepseek2.${key}`) ?? 0);
  const layers = integer('block_count') - integer('nextn_predict_layers');
  const share = integer('expert_used_count') / Math.max(1, integer('expert_count'));
  const tensors = file.tensors();
  const tied = !tensors.some(({ name }) => name === 'output.weight');
  return tensors.reduce((sum, tensor) => sum + bytesOf(tensor, layers, share, tied), 0);
}

function bytesOf(
  { name, bytes, shape }: TensorSummary,
  layers: number,
  share: number,
  tied: boolean,
): number {
  const layer = /^blk\.(\d+)\./.exec(name)?.[1];
  if (layer !== undefined && Number(layer) >= layers) return 0;
  if (/_exps\.weight$/.test(name)) return bytes * share;
  if (name === 'token_embd.weight' && !tied) return bytes / (shape[1] ?? 1);
  return bytes;
}

/** Bytes of cache that a token needs at two bytes a value: its latent and its rotary key in every layer. */
export function cacheBytesPerToken(file: NativeModelFile): number {
  const integer = (key: string): number => Number(file.get(`deepseek2.${key}`) ?? 0);
  const layers = integer('block_count') - integer('nextn_predict_layers');
  return layers * (integer('attention.kv_lora_rank') + integer('rope.dimension_count')) * 2;
}
