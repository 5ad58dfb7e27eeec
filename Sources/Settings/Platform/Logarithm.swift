import TCPOSIX

func logarithm2(_ number: Double) -> Double { log2(number) }
