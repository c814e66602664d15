#include "core/sha256.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "tests/temporary_folder.h"

namespace vitrobust {
namespace {

constexpr const char* kOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256, KnownAnswersOfFips180) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), kOfAbc);
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesAddUp) {
  const std::vector<std::uint8_t> bytes = {'b'};
  EXPECT_EQ(Sha256().update("a").update(bytes).update("").update("c").hex(), kOfAbc);
}

TEST(Sha256, NumbersAreEightBytesLeastSignificantFirst) {
  EXPECT_EQ(Sha256().update(std::uint64_t{0x0807060504030201}).hex(), sha256_hex("\1\2\3\4\5\6\7\10"));
}

TEST(Sha256, DigestAndHexAgree) {
  const auto digest = Sha256().update("abc").digest();
  EXPECT_EQ(digest[0], 0xba);
  EXPECT_EQ(digest[31], 0xad);
}

TEST(Sha256File, HashesAcrossBlocks) {
  const tests::TemporaryFolder folder;
  const std::string contents(3'000'001, 'x');
  write_file_atomically(folder / "file", contents);
  EXPECT_EQ(sha256_file(folder / "file"), sha256_hex(contents));
}

TEST(Sha256File, SaysWhatIsWrong) {
  const tests::TemporaryFolder folder;
  EXPECT_THROW(sha256_file(folder / "absent"), InputError);
  EXPECT_THROW(sha256_file(folder.path()), InputError);
}

}  // namespace
}  // namespace vitrobust
