import Glibc
import TCSettings

/// The reader of settings, from the file to typed values: whatever stands in a file, it loads or is refused.
///
/// The parts of the input are parted by 0xFF, which no text holds: `config.yml`, then `.env`; a third one is `secrets.yml`, and
/// makes it a system's settings. The first is also read as the preferences that a client sends.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSettings(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let parts = UnsafeBufferPointer(start: start, count: count)
        .split(separator: 0xFF, maxSplits: 2, omittingEmptySubsequences: false).map(Array.init)
    for (name, at) in [("config.yml", 0), (".env", 1), ("secrets.yml", 2)] {
        parts.indices.contains(at) ? write(parts[at], to: name) : remove(name)
    }
    for reader in [Reader.daemon, .client] {
        guard let loaded = try? LoadedSettings.load(context, for: reader) else { continue }
        for remark in loaded.remarks { _ = "\(remark)" }
        _ = loaded.settings.preferences.document.canonical()
    }
    _ = try? Preferences.received(String(decoding: parts[0], as: UTF8.self))
    return 0
}

/// A folder of this process alone, in memory.
private let folder: String = {
    var template = Array("/dev/shm/teleclaude-fuzz-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { fatalError("no folder can be made in /dev/shm") }
    return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
}()

private let context = ProcessContext(
    environment: [
        "TELECLAUDE_CONFIG_PATH": "\(folder)/config.yml", "TELECLAUDE_USER_CONFIG_PATH": "\(folder)/config.yml",
        "KNOWN": "value",
    ],
    home: folder, uid: geteuid(), workingFolder: folder)

private func write(_ bytes: [UInt8], to name: String) {
    let descriptor = open("\(folder)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0, Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { fatalError("no \(name)") }
    close(descriptor)
}

private func remove(_ name: String) { unlink("\(folder)/\(name)") }
