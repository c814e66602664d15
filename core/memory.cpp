#include "core/memory.h"

#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace vitrobust {

void keep_freed_memory() {
#ifdef __GLIBC__
  // The largest threshold that glibc takes; larger blocks are rare enough to be given back.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 512 << 20);
#endif
}

}  // namespace vitrobust
