@main
struct Telec {
    static func main() {}
}
