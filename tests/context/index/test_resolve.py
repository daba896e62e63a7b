"""Which file an import means, language by language. `█` marks the importing file."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pillion.context.index.index import Index

Make = Callable[[str], Index]


def check(indexed: Make, files: str, expected: list[str]) -> None:
    """Resolve all imports of the file whose name is marked; targets as ``path:name``."""
    index = indexed(files.replace("█", ""))
    (importing,) = [line[4:-1] for line in files.split("\n") if line.endswith("█")]
    found = [
        f"{target.path}:{target.name}"
        for item in index.imports_of(importing)
        for target in index.resolve(importing, item)
    ]
    assert found == expected


PYTHON = {
    "relative": (
        """\
--- a/b/c.py█
from . import d, nothing
from .d import x as y
from ..e import z
from ... import outside
--- a/b/d.py
x = 1
--- a/b/__init__.py
--- a/e.py
z = 1
--- a/__init__.py
""",
        ["a/b/d.py:*", "a/b/__init__.py:nothing", "a/b/d.py:x", "a/e.py:z"],
    ),
    "absolute, from the root, from src and from a folder that is no package": (
        """\
--- main.py█
import a.b
from c.d import x
from e import f
import os, a
--- a/b.py
--- a/__init__.py
--- src/c/d.py
x = 1
--- e/f.py
""",
        ["a/b.py:*", "src/c/d.py:x", "e/f.py:*", "a/__init__.py:*"],
    ),
    "a package's own module does not hide the one at the top": (
        """\
--- a/__init__.py
--- a/json.py
--- a/b.py█
import json
--- other/a.py
""",
        [],
    ),
    "passed on by packages": (
        """\
--- main.py█
from a import Thing, Renamed, helper, Lost
--- a/__init__.py
from .b import *
from .c import Real as Renamed
from . import helper
--- a/b.py
from .d import Thing
--- a/c.py
class Real: ...
--- a/d.py
class Thing: ...
--- a/helper.py
""",
        ["a/d.py:Thing", "a/c.py:Real", "a/helper.py:*", "a/__init__.py:Lost"],
    ),
    "in a circle": (
        """\
--- a.py█
from b import x
--- b.py
from c import x
--- c.py
from b import x
""",
        ["b.py:x"],
    ),
    "a stub and another source tree": (
        """\
--- app/main.py█
from lib.core import run
from stubs import only
--- vendored/python/lib/core.py
def run(): ...
--- stubs.pyi
only: int
""",
        ["vendored/python/lib/core.py:run", "stubs.pyi:only"],
    ),
}

SCRIPT = {
    "endings": (
        """\
--- src/main.ts█
import { a } from "./a.js";
import { b } from "./b";
import c from "./c.mjs";
import d from "./d";
import e from "../e.json";
import "./nothing";
import react from "react";
--- src/a.ts
export const a = 1;
--- src/b.d.ts
export const b: number;
--- src/c.mts
--- src/d/index.tsx
""",
        ["src/a.ts:a", "src/b.d.ts:b", "src/c.mts:default", "src/d/index.tsx:default"],
    ),
    "barrels": (
        """\
--- main.js█
import { one, two, rest } from "./lib";
import * as all from "./lib";
const { one: first } = require("./lib/one");
--- lib/index.js
export { one, deux as two } from "./one";
export * from "./more";
--- lib/one.js
export function one() {}
export function deux() {}
--- lib/more.js
export class rest {}
""",
        [
            "lib/one.js:one",
            "lib/one.js:deux",
            "lib/more.js:rest",
            "lib/index.js:*",
            "lib/one.js:one",
        ],
    ),
    "paths of tsconfig": (
        """\
--- tsconfig.base.json
{ "compilerOptions": { "baseUrl": "." } }
--- packages/web/tsconfig.json
{
  // Comments and commas are allowed here.
  "extends": "../../tsconfig.base.json",
  "compilerOptions": { "paths": { "@/*": ["./src/*"], "~util": ["src/util.ts",] }, },
}
--- packages/web/src/main.tsx█
import { a } from "@/deep/a";
import { u } from "~util";
import { s } from "shared/s";
import { o } from "@/../../../../outside";
--- packages/web/src/deep/a.tsx
export const a = 1;
--- packages/web/src/util.ts
export const u = 1;
--- shared/s.ts
export const s = 1;
""",
        ["packages/web/src/deep/a.tsx:a", "packages/web/src/util.ts:u", "shared/s.ts:s"],
    ),
}


@pytest.mark.parametrize(("files", "expected"), PYTHON.values(), ids=PYTHON)
def test_python(indexed: Make, files: str, expected: list[str]) -> None:
    check(indexed, files, expected)


@pytest.mark.parametrize(("files", "expected"), SCRIPT.values(), ids=SCRIPT)
def test_javascript_and_typescript(indexed: Make, files: str, expected: list[str]) -> None:
    check(indexed, files, expected)


def test_a_broken_configuration_leads_nowhere(indexed: Make) -> None:
    config = '--- tsconfig.json\n{"compilerOptions": [1, "extends": 3\n'
    check(indexed, config + '--- a.ts█\nimport "b";\n--- b.ts\n', [])


def test_the_alias_is_the_name_in_the_importing_file(indexed: Make) -> None:
    index = indexed("--- a.py\nfrom b import c as d\nimport b as e\n--- b.py\nc = 1\n")
    found = [one for item in index.imports_of("a.py") for one in index.resolve("a.py", item)]
    assert [(one.name, one.alias) for one in found] == [("c", "d"), ("*", "e")]


def test_an_open_document_resolves_to_open_documents(indexed: Make) -> None:
    index = indexed("--- a.py\n--- b.py\nold = 1\n")
    index.update("a.py", "from b import new\nfrom c import fresh\n")
    index.update("b.py", "from c import new\n")
    index.update("c.py", "new = fresh = 1\n")
    found = [one for item in index.imports_of("a.py") for one in index.resolve("a.py", item)]
    assert [(one.path, one.name) for one in found] == [("c.py", "new"), ("c.py", "fresh")]


OTHERS = {
    "go, by the name of the module": (
        """\
--- go.mod
module example.com/shop

go 1.22
--- cmd/main.go█
package main
import (
	"fmt"
	m "example.com/shop/money"
	"example.com/other"
)
--- money/money.go
package money
--- money/money_test.go
package money
--- money/deep/deep.go
package deep
""",
        ["money/money.go:*"],
    ),
    "rust, within the crate": (
        """\
--- src/main.rs█
mod shop;
use crate::shop::till::{Till, self};
use crate::shop::Passed;
use std::fmt;
use other_crate::Thing;
--- src/shop/mod.rs
pub mod till;
pub use self::till::Passed;
--- src/shop/till.rs
pub struct Till;
pub struct Passed;
--- crates/other-crate/src/lib.rs
pub struct Thing;
""",
        [
            "src/shop/mod.rs:*",
            "src/shop/till.rs:Till",
            "src/shop/till.rs:*",
            "src/shop/till.rs:Passed",
            "crates/other-crate/src/lib.rs:Thing",
        ],
    ),
    "rust, from a module inside": (
        """\
--- src/shop/till.rs█
use super::money::Coin;
use self::drawer::open;
--- src/shop/money.rs
pub struct Coin;
--- src/shop/till/drawer.rs
pub fn open() {}
""",
        ["src/shop/money.rs:Coin", "src/shop/till/drawer.rs:open"],
    ),
    "java": (
        """\
--- app/src/main/java/shop/Main.java█
import shop.money.Coin;
import java.util.List;
import static shop.Rates.BASE;
import shop.money.*;
--- app/src/main/java/shop/money/Coin.java
class Coin {}
--- app/src/main/java/shop/Rates.java
class Rates {}
--- app/src/main/java/other/util/List.java
class List {}
""",
        [
            "app/src/main/java/shop/money/Coin.java:Coin",
            "app/src/main/java/shop/Rates.java:BASE",
            "app/src/main/java/shop/money/Coin.java:*",
        ],
    ),
    "kotlin": (
        """\
--- src/Main.kt█
import com.shop.money.Coin
--- src/shop/money/Coin.kt
class Coin
""",
        ["src/shop/money/Coin.kt:Coin"],
    ),
    "c": (
        """\
--- src/main.c█
#include "near.h"
#include <shop/till.h>
#include "deep/odd.h"
#include <stdio.h>
--- src/near.h
--- include/shop/till.h
--- third_party/x/deep/odd.h
""",
        ["src/near.h:*", "include/shop/till.h:*", "third_party/x/deep/odd.h:*"],
    ),
    "ruby": (
        """\
--- lib/shop.rb█
require_relative "shop/till"
require "shop/money"
require "json"
--- lib/shop/till.rb
--- lib/shop/money.rb
""",
        ["lib/shop/till.rb:*", "lib/shop/money.rb:*"],
    ),
    "php": (
        """\
--- src/Main.php█
<?php
use App\\Money\\Coin;
require_once __DIR__ . "/helper.php";
--- src/Money/Coin.php
<?php
class Coin {}
--- src/helper.php
<?php
""",
        ["src/Money/Coin.php:Coin", "src/helper.php:*"],
    ),
    "csharp, whose namespaces are no files": (
        """\
--- Main.cs█
using System;
using Shop.Money;
--- Shop/Money/Coin.cs
namespace Shop.Money { class Coin {} }
""",
        ["Shop/Money/Coin.cs:*"],
    ),
}


@pytest.mark.parametrize(("files", "expected"), OTHERS.values(), ids=OTHERS)
def test_other_languages(indexed: Make, files: str, expected: list[str]) -> None:
    check(indexed, files, expected)
