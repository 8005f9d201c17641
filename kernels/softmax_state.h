// What an online softmax knows of the scores so far (Milakov and Gimelshein 2018). Shared by
// kernels and host.
#pragma once

namespace lacuna::kernels {

struct alignas(8) SoftmaxState {
  float maximum;  // of the scores
  float sum;      // Σ exp(score - maximum)
};

}  // namespace lacuna::kernels
