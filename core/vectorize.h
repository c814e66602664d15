#pragma once

/// Before a function with a hot loop: compiled once per level of the x86-64 instruction set, the best chosen
/// when the program starts. Only for arithmetic that is the same at every level: each operation is rounded on
/// its own (fused multiply-add is off), so results do not depend on the processor. Not under the sanitizers,
/// whose runtime starts after the choice is made, nor where the linker cannot choose.
#ifndef VITROBUST_VECTORIZE
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__linux__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define VITROBUST_VECTORIZE \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), noinline))
#else
#define VITROBUST_VECTORIZE
#endif
#endif
