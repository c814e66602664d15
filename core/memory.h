#pragma once

namespace vitrobust {

/// Tells the C library to keep the memory of freed images and tensors for the next ones. By default glibc
/// gives blocks above 128 KiB back at once and gets them anew page by page, which costs a corruption as much
/// as its own work. For a main() to call before anything else; changes no result. Does nothing where malloc
/// has no such setting.
void keep_freed_memory();

}  // namespace vitrobust
