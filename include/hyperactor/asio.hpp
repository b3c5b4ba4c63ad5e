// asio.hpp - opt-in: await operations of Boost.Asio in handlers and tasks.
//
//   auto received = co_await socket.async_read_some(boost::asio::buffer(bytes), ha::use_task);
//   if (!received) ...  // std::expected<std::size_t, boost::system::error_code>
//
// Needs Boost 1.81 or later (Debian: libboost1.81-dev), headers only. Not part of
// hyperactor.hpp: it takes a compiler seconds to read.
#pragma once

#include "hyperactor/runtime/foreign.hpp"
#include "hyperactor/runtime/runtime.hpp"
#include "hyperactor/runtime/scheduler.hpp"
#include "hyperactor/runtime/task.hpp"

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <type_traits>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/system/error_code.hpp>

namespace hyperactor {

/// The completion token: an Asio operation started with it is awaited by a task.
///
/// Value        what the operation completes with: (error_code, T) gives std::expected<T,
///              error_code>, (error_code) std::expected<void, error_code>, several values a
///              tuple in their place, (exception_ptr, T) throws, (T) and () give T and nothing.
/// Start        when it is awaited, on the thread of the actor; so an object of Asio belongs to
///              the actor that awaits its operations, and is used by nobody else meanwhile. One
///              operation of an object at a time, as an object of Asio is not safe to use from
///              two threads; contexts that several threads run need a strand of Asio.
/// Completion   on the thread of the operation's executor (io_context() below, or your own);
/// the
///              task goes on on its actor.
/// Cancelling   an abort, a lost race or a timeout cancels the operation (terminal
/// cancellation)
///              and waits until it has completed, because it may use memory of the frame. Its
///              actor's status is "stopping (cancelling Asio operation)" meanwhile.
/// Simulation   real sockets and timers cannot be replayed: the operation is not started, and
///              completes with AsioErrc::Simulated, or throws where it has no error code.
struct UseTask {};

/// See UseTask.
inline constexpr UseTask use_task{};

/// Errors of awaits of Asio operations, beside those of Asio.
enum class AsioErrc {
  Simulated = 1,  ///< awaited under a simulated runtime
};

namespace asio_detail {

inline constexpr const char* kSimulated =
    "an Asio operation cannot be part of a simulation, because it could not be replayed: under "
    "TestEnv::simulated use a channel or a port in its place";

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"  // of the base, which nobody deletes

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "hyperactor"; }

  std::string message(int) const override { return kSimulated; }
};

#pragma GCC diagnostic pop

inline const boost::system::error_category& category() noexcept {
  static const Category instance;
  return instance;
}

template <class... T>
struct Pack {
  using type = std::tuple<T...>;
};

template <>
struct Pack<> {
  using type = void;
};

template <class T>
struct Pack<T> {
  using type = T;
};

/// How the arguments of a completion become the value of an await.
template <class... Args>
struct Outcome {
  using Value = typename Pack<Args...>::type;
  static constexpr bool kHasCode = false;

  static Value of(std::tuple<Args...>&& args) {
    if constexpr (sizeof...(Args) == 1) {
      return std::get<0>(std::move(args));
    } else if constexpr (sizeof...(Args) > 1) {
      return std::move(args);
    }
  }
};

template <class... Rest>
struct Outcome<boost::system::error_code, Rest...> {
  using Value = std::expected<typename Pack<Rest...>::type, boost::system::error_code>;
  static constexpr bool kHasCode = true;

  static Value of(std::tuple<boost::system::error_code, Rest...>&& args) {
    if (std::get<0>(args)) return std::unexpected(std::get<0>(args));
    return [&]<std::size_t... I>(std::index_sequence<I...>) -> Value {
      if constexpr (sizeof...(Rest) == 0) {
        return {};
      } else if constexpr (sizeof...(Rest) == 1) {
        return std::get<1>(std::move(args));
      } else {
        return std::tuple<Rest...>(std::get<I + 1>(std::move(args))...);
      }
    }(std::index_sequence_for<Rest...>{});
  }
};

template <class... Rest>
struct Outcome<std::exception_ptr, Rest...> {
  using Value = typename Pack<Rest...>::type;
  static constexpr bool kHasCode = false;

  static Value of(std::tuple<std::exception_ptr, Rest...>&& args) {
    if (std::get<0>(args)) std::rethrow_exception(std::get<0>(args));
    return [&]<std::size_t... I>(std::index_sequence<I...>) -> Value {
      return Outcome<Rest...>::of(std::tuple<Rest...>(std::get<I + 1>(std::move(args))...));
    }(std::index_sequence_for<Rest...>{});
  }
};

/// Shared by the frame that awaits, the completion handler and a cancellation on its way.
template <class Executor, class... Args>
struct State {
  explicit State(const Executor& operation_executor) : executor(operation_executor) {}

  Executor executor;
  runtime::WaitId wait;
  std::optional<std::tuple<Args...>> result;  // written before the wait is completed
  std::mutex mutex;                           // of the two below
  bool completed = false;
  boost::asio::cancellation_signal signal;
};

/// What Asio calls; move-only, so that the last one that goes uncalled still ends the wait.
template <class Executor, class... Args>
class Handler {
 public:
  using cancellation_slot_type = boost::asio::cancellation_slot;
  using StatePtr = std::shared_ptr<State<Executor, Args...>>;

  explicit Handler(StatePtr state) noexcept : state_(std::move(state)) {}

  Handler(Handler&&) noexcept = default;
  Handler& operator=(Handler&&) = delete;
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;

  ~Handler() {
    if (state_ != nullptr) complete();
  }

  template <class... Values>
  void operator()(Values&&... values) {
    state_->result.emplace(std::forward<Values>(values)...);
    complete();
  }

  [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept {
    return state_->signal.slot();
  }

 private:
  void complete() noexcept {
    const StatePtr state = std::move(state_);
    {
      const std::scoped_lock lock(state->mutex);
      state->completed = true;
      state->signal.slot().clear();
    }
    runtime::wake(state->wait);
  }

  StatePtr state_;
};

}  // namespace asio_detail

/// So that an AsioErrc converts to an error_code.
[[nodiscard]] inline boost::system::error_code make_error_code(AsioErrc error) noexcept {
  return {static_cast<int>(error), asio_detail::category()};
}

/// An operation that begins when it is awaited. Neither copied nor moved.
template <class Initiation, class InitArgs, class... Args>
class [[nodiscard]] AsioOperation {
 public:
  /// For the runtime's own layers.
  using Outcome = asio_detail::Outcome<Args...>;
  /// What awaiting it gives; see UseTask.
  using Value = typename Outcome::Value;

  /// Made by Asio, from use_task.
  AsioOperation(Initiation initiation, InitArgs arguments)
      : initiation_(std::move(initiation)), arguments_(std::move(arguments)) {}

  AsioOperation(const AsioOperation&) = delete;
  AsioOperation& operator=(const AsioOperation&) = delete;

  bool await_ready() const noexcept { return false; }

  template <std::derived_from<runtime::Resumable> Promise>
  bool await_suspend(std::coroutine_handle<Promise> frame) {
    if (frame.promise().strand->scheduler().simulated()) {
      simulated_ = true;
      return false;
    }
    using Executor = boost::asio::associated_executor_t<Initiation>;
    using State = asio_detail::State<Executor, Args...>;
    const auto state =
        std::make_shared<State>(boost::asio::get_associated_executor(initiation_));
    result_ = std::shared_ptr<std::optional<std::tuple<Args...>>>(state, &state->result);
    cancel_ = [](const std::shared_ptr<void>& shared) {
      const auto operation = std::static_pointer_cast<State>(shared);
      {
        const std::scoped_lock lock(operation->mutex);
        if (operation->completed) return;  // perhaps because its context has gone
      }
      boost::asio::post(operation->executor, [operation] {
        const std::scoped_lock lock(operation->mutex);
        if (!operation->completed) {
          operation->signal.emit(boost::asio::cancellation_type::terminal);
        }
      });
    };
    state_ = state;
    wait_.owner = this;
    wait_.what = "Asio operation";
    wait_.complete = [](runtime::Wait& wait, runtime::Node&) {
      static_cast<Registered&>(wait).finish();
    };
    wait_.interrupt = [](runtime::ForeignWait& wait) noexcept {
      const AsioOperation& self = *static_cast<Registered&>(wait).owner;
      self.cancel_(self.state_);
    };
    wait_.begin(frame.promise());
    state->wait = wait_.id;
    try {
      std::apply(
          [&](auto&&... arguments) {
            std::move(initiation_)(asio_detail::Handler<Executor, Args...>(state),
                                   std::move(arguments)...);
          },
          std::move(arguments_));
    } catch (...) {
      // The handler has gone uncalled, so the wait is being completed.
      thrown_ = std::current_exception();
    }
    return true;
  }

  Value await_resume() {
    if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
    if (!simulated_ && result_->has_value()) return Outcome::of(std::move(**result_));
    if constexpr (Outcome::kHasCode) {
      return std::unexpected(simulated_
                                 ? make_error_code(AsioErrc::Simulated)
                                 : make_error_code(boost::asio::error::operation_aborted));
    } else {
      throw std::logic_error(simulated_ ? asio_detail::kSimulated
                                        : "the io_context of an Asio operation has gone");
    }
  }

 private:
  struct Registered : runtime::ForeignWait {
    AsioOperation* owner = nullptr;
  };

  Initiation initiation_;
  InitArgs arguments_;
  std::shared_ptr<void> state_;
  std::shared_ptr<std::optional<std::tuple<Args...>>> result_;
  void (*cancel_)(const std::shared_ptr<void>& state) = nullptr;
  bool simulated_ = false;
  std::exception_ptr thrown_;
  Registered wait_;
};

namespace asio_detail {

/// An io_context and the thread that runs it.
class IoThread {
 public:
  IoThread() : work_(boost::asio::make_work_guard(context_)) {}

  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  ~IoThread() {
    work_.reset();
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }

  /// Starts the thread.
  void start() {
    thread_ = std::thread([this] {
      runtime::tls.runtime_thread = true;  // a last handle that goes here must not join it
      context_.run();
    });
  }

  boost::asio::io_context& context() noexcept { return context_; }

 private:
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
};

inline constexpr char kIoThreadKey = 0;

}  // namespace asio_detail

/// The io_context of `runtime`, for sockets, timers and the like of its actors: made when it is
/// first asked for, run by one thread of its own, stopped with the runtime. Under simulation it
/// is there, so that objects can be made, but nothing runs it. Any thread.
[[nodiscard]] inline boost::asio::io_context& io_context(const Runtime& runtime) {
  const std::shared_ptr<void> service =
      runtime.service(&asio_detail::kIoThreadKey, [](bool simulated) -> std::shared_ptr<void> {
        auto made = std::make_shared<asio_detail::IoThread>();
        if (!simulated) made->start();
        return made;
      });
  return static_cast<asio_detail::IoThread*>(service.get())->context();
}

}  // namespace hyperactor

template <>
struct boost::system::is_error_code_enum<hyperactor::AsioErrc> : std::true_type {};

template <class... Args>
class boost::asio::async_result<hyperactor::UseTask, void(Args...)> {
 public:
  template <class Initiation, class... InitArgs>
  static auto initiate(Initiation&& initiation, hyperactor::UseTask, InitArgs&&... arguments) {
    using Arguments = std::tuple<std::decay_t<InitArgs>...>;
    return hyperactor::AsioOperation<std::decay_t<Initiation>, Arguments,
                                     std::decay_t<Args>...>(
        std::forward<Initiation>(initiation), Arguments(std::forward<InitArgs>(arguments)...));
  }
};
