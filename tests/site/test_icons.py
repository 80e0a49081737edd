"""The icons of the sprite, as templates name them."""

from django.template import Context, Template


def drawn(source, **context):
    return Template(source).render(Context(context))


def test_an_icon_is_a_drawing_of_the_sprite_that_nobody_hears():
    assert drawn('{% icon "check" %}') == (
        '<svg class="icon" aria-hidden="true">'
        '<use href="/static/built/icons.svg#check"></use></svg>'
    )


def test_an_icon_may_have_a_further_class():
    assert '<svg class="icon tick"' in drawn('{% icon "check" "tick" %}')


def test_a_name_from_elsewhere_cannot_leave_the_attribute():
    assert '"><script>' not in drawn("{% icon name %}", name='x"><script>')
