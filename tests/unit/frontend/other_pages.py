"""Opens other pages than the first one in Streamlit's test harness, which can only switch to files."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from frontend.state import OF_ALL_PAGES


def go_to(app: AppTest, name: str, **query: str) -> AppTest:
    """Open the page `name` with these query parameters, as a click in the app would; later runs stay there.

    Of the parameters only those count that belong to that page or to all (`state.py`).
    """
    if "page" not in app.session_state:
        app.run()
    for parameter, value in query.items():
        if parameter in OF_ALL_PAGES:
            app.query_params[parameter] = value
        else:
            app.session_state[f"url-{parameter}"] = value
    app.session_state["destination"] = name
    return app.run()
