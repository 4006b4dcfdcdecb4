# types: f8,f8
# run: [1.0, 2.0], [0.5, 0.25]
def kernel(ψ, größe):
    # Ein Kommentar mit Umlauten: äöü, and an end of comment */ inside
    Δx = ψ - größe
    π2 = 6.25  # 2π, nearly
    変数 = Δx * π2
    return 変数 + größe
