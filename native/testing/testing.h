// The addon through which mocha tests the native rooms: one `register_…` a room, typed in
// test/native/addons.ts.
#pragma once

#include <napi.h>

namespace lacuna::testing {

void register_allocations(Napi::Env env, Napi::Object exports);
void register_attention(Napi::Env env, Napi::Object exports);
void register_dequantize(Napi::Env env, Napi::Object exports);
void register_drafts(Napi::Env env, Napi::Object exports);
void register_healing(Napi::Env env, Napi::Object exports);
void register_int8_rows(Napi::Env env, Napi::Object exports);
void register_kernels(Napi::Env env, Napi::Object exports);
void register_mtp(Napi::Env env, Napi::Object exports);
void register_prefix_tree(Napi::Env env, Napi::Object exports);
void register_runtime(Napi::Env env, Napi::Object exports);
void register_scheduler(Napi::Env env, Napi::Object exports);

}  // namespace lacuna::testing
