// tests/support/pch.cpp - gives the shared precompiled header a translation unit to live in.
