import FoundationEssentials
import Glibc
import Posix
import ProbeKit
import Testing

@Suite struct TreeTests {
    /// A directory that is removed afterwards.
    private func withDirectory(_ body: (String) throws -> Void) throws {
        let path = "/tmp/ployz-lab-tests-\(UUID().uuidString)"
        try Files.makeDirectory(path)
        defer { try? Command(["rm", "-rf", path]).run() }
        try body(path)
    }

    private func hash(_ path: String) throws -> String { try TreeHash.of(BytePath(path)) }

    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            String(repeating: "a", count: 1_000_000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ])
    func digestsAreThoseOfTheStandard(text: String, expected: String) {
        for piece in [1_000_003, 63, 64, 65] {
            var digest = SHA256()
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: piece) {
                digest.update(Array(bytes[start..<min(start + piece, bytes.count)]))
            }
            let hex = digest.finish().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            #expect(hex == expected)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "owners need root"))
    func theAwkwardTreeIsTheSameEveryTime() throws {
        try withDirectory { directory in
            for name in ["one", "another name"] {
                var tree = AwkwardTree(root: BytePath("\(directory)/\(name)"), small: 600)
                try tree.make()
                #expect(tree.entries > 700)
            }
            #expect(try hash("\(directory)/one") == hash("\(directory)/another name"))
        }
    }

    @Test(.enabled(if: geteuid() == 0, "owners need root"))
    func aCopyByTarHasTheSameHash() throws {
        try withDirectory { directory in
            var tree = AwkwardTree(root: BytePath("\(directory)/a"), small: 10)
            try tree.make()
            try Files.makeDirectory("\(directory)/b")
            let options = ["--xattrs", "--xattrs-include=*", "--numeric-owner", "--sparse"]
            try Command(["tar"] + options + ["-C", "\(directory)/a", "-cpf", "\(directory)/t", "."]).run()
            try Command(["tar"] + options + ["-C", "\(directory)/b", "-xpf", "\(directory)/t"]).run()
            #expect(try hash("\(directory)/a") == hash("\(directory)/b"))
        }
    }

    @Test(
        .enabled(if: geteuid() == 0, "owners need root"),
        arguments: [
            ["sh", "-c", "printf x >> file"],
            ["sh", "-c", "t=$(stat -c @%Y file); printf b > file; touch -d $t file"],
            ["chmod", "600", "file"],
            ["chown", "999", "file"],
            ["chgrp", "999", "file"],
            ["touch", "-d", "@1000000001", "file"],
            ["sh", "-c", "t=$(stat -c @%Y .); mv file File; touch -d $t ."],
            ["sh", "-c", "t=$(stat -c @%Y .); ln -sf elsewhere link; touch -h -d @1000000000 link; touch -d $t ."],
            ["sh", "-c", "t=$(stat -c @%Y .); cp -a twin t; mv t twin; touch -d $t ."],
            ["sh", "-c", "t=$(stat -c @%Y .); rmdir empty; touch -d $t ."],
            ["sh", "-c", "t=$(stat -c @%Y .); rm pipe; touch -d @1000000000 pipe; touch -d $t ."],
        ]
    )
    func anyChangeChangesTheHash(command: [String]) throws {
        try withDirectory { directory in
            try Command(["sh", "-c", Self.smallTree, "sh", directory]).run()
            let before = try hash(directory)
            #expect(try hash(directory) == before)
            try Command(["env", "-C", directory] + command).run()
            #expect(try hash(directory) != before, "\(command)")
        }
    }

    private static let smallTree = """
        set -e; cd "$1"
        printf a > file; printf z > original; ln original twin; ln -s target link; mkdir empty; mkfifo pipe
        touch -h -d @1000000000 file original link empty pipe .
        """
}
