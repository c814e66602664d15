#pragma once

/// Before a function with a hot loop: compiled once per instruction set, the best chosen when the program
/// starts. The arithmetic is the same in every version (fused multiply-add is off), so are the pixels. Not
/// under AddressSanitizer, whose runtime starts after the choice is made, nor where the linker cannot choose.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__linux__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define VITROBUST_VECTORIZE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define VITROBUST_VECTORIZE
#endif
