package import PloyzModel

/// How a dataset is encrypted, as far as its way to another machine depends on it. Never the key.
package struct VolumeEncryption: Hashable, Sendable, Codable {
    /// For example `aes-256-gcm`.
    package let cipher: String
    /// The dataset whose key it uses: itself, or one above.
    package let root: DatasetName
    package let isOwnRoot: Bool
    /// `raw`, `hex` or `passphrase`.
    package let keyFormat: String
    /// Where the root's key lies; nil when it is asked for, or fetched from elsewhere.
    package let keyFile: KeyFile?
    package let isLoaded: Bool

    package init(
        cipher: String,
        root: DatasetName,
        isOwnRoot: Bool,
        keyFormat: String,
        keyFile: KeyFile?,
        isLoaded: Bool
    ) {
        self.cipher = cipher
        self.root = root
        self.isOwnRoot = isOwnRoot
        self.keyFormat = keyFormat
        self.keyFile = keyFile
        self.isLoaded = isLoaded
    }

    /// The same with the place of the key, which the root alone tells.
    package func with(keyFile: KeyFile?) -> VolumeEncryption {
        VolumeEncryption(
            cipher: cipher,
            root: root,
            isOwnRoot: isOwnRoot,
            keyFormat: keyFormat,
            keyFile: keyFile,
            isLoaded: isLoaded
        )
    }
}

extension VolumeDataset {
    package func with(_ encryption: VolumeEncryption) -> VolumeDataset {
        VolumeDataset(
            name: name,
            stamp: stamp,
            isMounted: isMounted,
            referenced: referenced,
            used: used,
            encryption: encryption,
            origin: origin
        )
    }
}
