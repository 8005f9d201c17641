// The tile registers are large: Linux hands them out only to processes that ask.
#pragma once

namespace lacuna::cpu::amx {

// Whether this process may use the tile registers; asks if it has not yet. False where the CPU has
// none.
bool request_permission();

}  // namespace lacuna::cpu::amx
