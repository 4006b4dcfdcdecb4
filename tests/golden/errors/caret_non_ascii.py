def kernel(größe, ψ):
    é = größe + "Straße" + ψ; ü = größe * unbekannt
    return é + "変数の値" + 未定義
