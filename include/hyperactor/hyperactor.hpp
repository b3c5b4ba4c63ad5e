// hyperactor.hpp - the user's vocabulary in one include.
#pragma once

#include "hyperactor/actor/actor.hpp"
#include "hyperactor/actor/context.hpp"
#include "hyperactor/actor/handle.hpp"
#include "hyperactor/actor/spawn.hpp"
#include "hyperactor/base/error.hpp"
#include "hyperactor/proc/client.hpp"
#include "hyperactor/proc/proc.hpp"
#include "hyperactor/runtime/blocking.hpp"
#include "hyperactor/runtime/channel.hpp"
#include "hyperactor/runtime/combine.hpp"
#include "hyperactor/runtime/runtime.hpp"
#include "hyperactor/runtime/sleep.hpp"
#include "hyperactor/runtime/watch.hpp"
