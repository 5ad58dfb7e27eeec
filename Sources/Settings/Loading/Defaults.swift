/// The values that hold if no layer sets them.
enum Defaults {
    static var layer: Layer {
        let standard = Server()
        var layer = Layer(name: .standard)
        for limit in Server.limits {
            let value = SettingsValue(plain: String(standard[keyPath: limit.property]))
            layer.leaves.append(Layer.Leaf(key: Key(["server", limit.name]), value: value, place: ""))
        }
        let quotas = Quotas()
        for quota in Quotas.all {
            let value = SettingsValue(plain: String(quotas[keyPath: quota.property]))
            layer.leaves.append(Layer.Leaf(key: Key(["quotas", quota.name]), value: value, place: ""))
        }
        layer.leaves.append(
            Layer.Leaf(key: Key("retention.closed_sessions"), value: SettingsValue(plain: "off"), place: ""))
        layer.leaves.append(
            Layer.Leaf(key: Key("thinking_mode"), value: SettingsValue(plain: Preferences.usualThinkingMode), place: "")
        )
        return layer
    }
}
