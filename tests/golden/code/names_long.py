# types: f8
# run: [1.0, -2.0]
def kernel(a_parameter_whose_name_is_so_long_that_no_line_of_c_should_have_to_hold_it_twice_in_one_expression_of_its_own):
    a_local_whose_name_begins_like_another_one_and_goes_on_for_quite_a_while_until_it_differs_in_the_last_letter_a = (
        a_parameter_whose_name_is_so_long_that_no_line_of_c_should_have_to_hold_it_twice_in_one_expression_of_its_own * 2
    )
    a_local_whose_name_begins_like_another_one_and_goes_on_for_quite_a_while_until_it_differs_in_the_last_letter_b = (
        a_local_whose_name_begins_like_another_one_and_goes_on_for_quite_a_while_until_it_differs_in_the_last_letter_a + 1
    )
    return a_local_whose_name_begins_like_another_one_and_goes_on_for_quite_a_while_until_it_differs_in_the_last_letter_b
