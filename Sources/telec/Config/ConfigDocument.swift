import Dialects
import TCSettings

/// The settings as JSON, in the form that the `config` commands print.
enum ConfigDocument {
    /// Splits a place of the form `FILE:LINE` into its members. A place that is only a variable or a file has one member.
    static func place(_ place: String) -> [(key: String, value: JSON)] {
        let pieces = place.split(separator: ":")
        guard pieces.count > 1, let last = pieces.last, let line = Int64(last) else {
            return [("file", place.hasPrefix("/") ? .string(place) : .null), ("line", .null)]
        }
        return [("file", .string(String(place.dropLast(last.count + 1)))), ("line", .integer(line))]
    }

    static func setting(_ setting: EffectiveSettings.Setting) -> JSON {
        .object(
            [("key", .string(setting.key.description)), ("value", setting.value.document)]
                + origin(setting.layer, setting.place)
                + [("losers", .array(setting.losers.reversed().map(loser)))])
    }

    private static func loser(_ loser: EffectiveSettings.Loser) -> JSON {
        .object(
            [("key", .string(loser.key.description)), ("value", loser.value.document)]
                + origin(loser.layer, loser.place) + [("reason", .string(loser.reason))])
    }

    private static func origin(_ layer: LayerName, _ place: String) -> [(key: String, value: JSON)] {
        let variable: JSON = layer == .environment ? .string(place) : .null
        return [("layer", .string(layer.rawValue))] + self.place(place) + [("variable", variable)]
    }

    static func remark(_ remark: Remark) -> JSON {
        .object(
            [("message", .string(remark.message)), ("failure", .boolean(remark.isFailure))]
                + place(remark.place ?? ""))
    }
}

/// Settings as lines of text.
enum ConfigText {
    /// A value on one line, however long.
    static func value(_ value: SettingsValue) -> String {
        guard let text = value.scalar?.text, !text.isEmpty, text.unicodeScalars.allSatisfy(isPrintable) else {
            return value.document.canonical()
        }
        return value.scalar?.meaning == .null ? "null" : text
    }

    private static func isPrintable(_ letter: Unicode.Scalar) -> Bool {
        switch letter.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: letter == "\u{200D}"
        default: true
        }
    }

    static func origin(_ layer: LayerName, _ place: String) -> String {
        place.isEmpty ? layer.rawValue : "\(layer.rawValue), \(place)"
    }
}
