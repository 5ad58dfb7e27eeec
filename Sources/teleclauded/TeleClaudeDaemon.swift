@main
struct TeleClaudeDaemon {
    static func main() {}
}
