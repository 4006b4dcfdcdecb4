# dsl
x = 1
