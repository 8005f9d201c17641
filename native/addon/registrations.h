// One function for each file of this room that adds to the module (`NativeAddon` in addon.ts).
#pragma once

#include <napi.h>

namespace lacuna::addon {

void register_model_file(Napi::Env env, Napi::Object exports);    // openModelFile
void register_load_engine(Napi::Env env, Napi::Object exports);   // loadEngine
void register_cpu_features(Napi::Env env, Napi::Object exports);  // cpuFeatures
void register_cuda_probe(Napi::Env env, Napi::Object exports);    // probeCuda, cudaKernels
void register_cuda_plan(Napi::Env env, Napi::Object exports);     // planCuda

}  // namespace lacuna::addon
