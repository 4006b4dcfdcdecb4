class Physics:
    GRAVITY = 9.81

    def fall(t):
        return GRAVITY * t**2 / missing


kernel = Physics.fall
