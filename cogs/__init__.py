"""The Discord border: parse, defer, call one service method, show the result."""
