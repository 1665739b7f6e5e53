import Glibc
import PloyzMigration
package import PloyzModel

/// Keys of encrypted volumes. `zfs` reads them from their files by itself: no key passes through this process, its
/// arguments or its log.
extension ZFSVolumeStore {
    static let encryptionProperties = ["encryption", "encryptionroot", "keystatus", "keyformat", "keylocation"]

    package func loadKey(of volume: VolumeRef, from file: KeyFile?) async throws {
        guard try await abilities().has(.sendRaw) else { return }
        let dataset = layout.dataset(of: volume)
        let table = try await ownProperties(Self.encryptionProperties, of: volume)
        guard let encryption = encryption(of: dataset, in: table) else { return }
        guard encryption.isOwnRoot else { return try await loadInheritedKey(of: dataset, encryption) }
        guard let file = file ?? encryption.keyFile else {
            guard !encryption.isLoaded else { return }
            throw keyMissing(dataset, "its keylocation is no file")
        }
        do {
            var isNeeded = true
            if encryption.isLoaded {
                try await command.runWhileBusy(.loadKey(of: dataset, from: file, verifying: true))
                isNeeded = try await unloadKey(of: dataset)
            }
            if isNeeded { try await command.runWhileBusy(.loadKey(of: dataset, from: file, verifying: false)) }
        } catch let error as ZFSError where error.complaint == .keyLoaded {
            // By somebody else, meanwhile.
        } catch let error as ZFSError where [.badKey, .keyNotLoaded].contains(error.complaint) {
            throw keyMissing(dataset, "the key in \(file.path) does not do: \(error.message)")
        } catch let error as ZFSError {
            throw error.error(about: dataset)
        }
        // What arrives raw has `prompt`. After a boot the key is found without us too (zfs load-key -a).
        if encryption.keyFile != file { try await set([ZFSProperty("keylocation", file.location)], of: dataset) }
    }

    /// Unloads the key of a dataset that is not mounted; false when it is in use.
    ///
    /// A raw stream may bring another key (`zfs change-key` on the source). Seen on OpenZFS 2.3.2: the old one then stays
    /// loaded, `load-key -n` finds the new one right, and a mount says "Permission denied" until it is loaded anew.
    private func unloadKey(of dataset: DatasetName) async throws -> Bool {
        do {
            try await command.run(.unloadKey(of: dataset))
            return true
        } catch let error as ZFSError where error.complaint != .unavailable && error.ending != .overdue {
            return false
        }
    }

    /// Loads the key of the dataset above that has it, from where that one says.
    private func loadInheritedKey(of dataset: DatasetName, _ encryption: VolumeEncryption) async throws {
        guard !encryption.isLoaded else { return }
        guard let file = try await keyFile(of: encryption.root) else {
            throw keyMissing(dataset, "it has its key from \(encryption.root), whose keylocation is no file")
        }
        do {
            try await command.runWhileBusy(.loadKey(of: encryption.root, from: nil, verifying: false))
        } catch let error as ZFSError where error.complaint == .keyLoaded {
            return
        } catch let error as ZFSError where error.complaint == .badKey {
            throw keyMissing(encryption.root, "the key in \(file.path) does not do: \(error.message)")
        } catch let error as ZFSError {
            throw error.error(about: encryption.root)
        }
    }

    package func hasKeyFile(_ file: KeyFile) -> Bool {
        var status = stat()
        return stat(file.path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(file.path, R_OK) == 0
    }

    /// How the dataset is encrypted; nil when it is not, or when this ZFS knows no encryption.
    func encryption(of dataset: DatasetName, in table: PropertyTable) -> VolumeEncryption? {
        guard let cipher = table[dataset.text, "encryption"]?.value, cipher != "off",
            let root = table[dataset.text, "encryptionroot"].flatMap({ try? DatasetName($0.value) })
        else { return nil }
        return VolumeEncryption(
            cipher: cipher,
            root: root,
            isOwnRoot: root == dataset,
            keyFormat: table[dataset.text, "keyformat"]?.value ?? "",
            keyFile: table[dataset.text, "keylocation"].flatMap { KeyFile(location: $0.value) },
            isLoaded: table[dataset.text, "keystatus"]?.value == "available"
        )
    }

    func keyFile(of root: DatasetName) async throws -> KeyFile? {
        try await properties(["keylocation"], of: root)?[root.text, "keylocation"].flatMap {
            KeyFile(location: $0.value)
        }
    }

    /// What a volume below an encrypted dataset is created with, so that it has the same key, and is the root of its own
    /// encryption all the same.
    ///
    /// A raw receive writes the wrapped key of the *sender's* root over the one that is there (openzfs#12614): a copy that
    /// inherits its key from a dataset of this machine could not be opened any more after the next boot. Those that are
    /// their own roots can move in both directions.
    func ownEncryption(below parent: DatasetName) async throws -> [ZFSProperty] {
        guard try await abilities().has(.sendRaw),
            let table = try await properties(Self.encryptionProperties, of: parent),
            let encryption = encryption(of: parent, in: table), let file = try await keyFile(of: encryption.root)
        else { return [] }
        return [
            ZFSProperty("encryption", encryption.cipher), ZFSProperty("keyformat", encryption.keyFormat),
            ZFSProperty("keylocation", file.location),
        ]
    }

    private func keyMissing(_ dataset: DatasetName, _ why: String) -> PloyzError {
        PloyzError(
            .keyNotLoaded,
            "the key of \(dataset) is not loaded: \(why)",
            state: "the dataset is not mounted; nothing of it is lost",
            next: "zfs load-key -L file:///… \(dataset)"
        )
    }
}
