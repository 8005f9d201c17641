#include "cuda/layers/forms.h"

#include "cuda/weights/device_matrix.h"

namespace lacuna::cuda {
namespace {

Forms form_for(const Matrix& m) {
  if (m.empty()) return {};
  return is_float_type(m.type) ? Forms{true, false} : Forms{false, true};
}

}  // namespace

ModelForms forms_of(const ModelWeights& weights) {
  ModelForms forms{};
  forms.keys.floats = true;  // transposed keys are floats or halves
  forms.head = form_for(weights.output);
  for (const LayerWeights& layer : weights.layers) {
    const AttentionWeights& a = layer.attention;
    forms.normed = forms.normed | form_for(a.q) | form_for(a.q_a) | form_for(a.kv_a);
    forms.q_latent = forms.q_latent | form_for(a.q_b);
    forms.q_nope = forms.q_nope | form_for(a.k_b.first);
    forms.latent = forms.latent | form_for(a.v_b.first);
    forms.keys = forms.keys | form_for(a.v_b.first);
    forms.attended = forms.attended | form_for(a.output);
    if (layer.is_dense) {
      forms.normed = forms.normed | form_for(layer.dense.gate) | form_for(layer.dense.up);
      forms.inner = forms.inner | form_for(layer.dense.down);
      continue;
    }
    const ExpertWeights& e = layer.moe;
    forms.normed.floats = true;  // what experts on the host are given
    forms.normed = forms.normed | form_for(e.router) | form_for(e.gate.first) |
                   form_for(e.up.first) | form_for(e.shared.gate) | form_for(e.shared.up);
    forms.inner = forms.inner | form_for(e.shared.down);
    forms.expert_inner = forms.expert_inner | form_for(e.down.first);
  }
  return forms;
}

}  // namespace lacuna::cuda
