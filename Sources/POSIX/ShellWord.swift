extension String {
    /// The text, quoted so that a POSIX shell reads it as one word.
    package var shellWord: String {
        let isPlain =
            !isEmpty
            && utf8.allSatisfy { byte in
                let scalar = UnicodeScalar(byte)
                return scalar.isASCII
                    && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                        || "+,-./:=@_%".unicodeScalars.contains(scalar))
            }
        return isPlain ? self : "'" + replacing("'", with: "'\\''") + "'"
    }
}
