"""The magics of jupyter_mlws by name: nothing is imported before the first of them is used."""

try:
    from IPython import get_ipython as _mlws_shell

    def _mlws_complete(self: object, event: object) -> "list[str]":
        from jupyter_mlws.magics.load import complete

        return complete(self, event)

    _mlws = _mlws_shell()
    if _mlws is not None:
        for _mlws_name in ("submit", "register", "deploy", "mlws"):
            _mlws.magics_manager.register_lazy(_mlws_name, "jupyter_mlws.magics.load")
            for _mlws_mark in ("%", "%%"):
                _mlws.set_hook("complete_command", _mlws_complete, str_key=_mlws_mark + _mlws_name)
        del _mlws_name, _mlws_mark
    del _mlws, _mlws_shell, _mlws_complete
except Exception:  # noqa: BLE001, S110  a kernel starts whatever becomes of us
    pass
