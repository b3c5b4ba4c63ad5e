#!/usr/bin/env escript
%% -*- erlang -*-
%%! +P 4000000
%% bench/peers/erlang/bench.erl - the peer `erlang`: the works on Erlang/OTP, compiled when it starts.
%%
%%   ERL_FLAGS="+S 2:2" hyperactor-peer-erlang KEY 2
%%
%% does the work of KEY once uncounted and once counted, and prints the figure. Exit codes are
%% those of bench/peers/common/peer_main.hpp. The sizes are those of bench/sizes.hpp.
-mode(compile).
-export([main/1]).
-behaviour(gen_server).
-export([init/1, handle_call/3, handle_cast/2]).

-define(PING_PONG_HOPS, 4000000).
-define(STREAM_ITEMS, 8000000).
-define(FAN_IN_SENDERS, 4).
-define(WINDOW, 100000).
-define(BURST, 100).
-define(CREDIT_BATCH, 10000).
-define(RING_ACTORS, 10000).
-define(RING_TOKENS, 1000).
-define(RING_HOPS, 8000).
-define(SPAWN_ACTORS, 400000).
-define(SPAWNERS, 4).
-define(SPAWN_ALIVE, 128).
-define(SKYNET_LEAVES, 1000000).
-define(SKYNET_CHILDREN, 10).
-define(IDLE_WARM_UP, 20000).
-define(IDLE_ACTORS, 300000).
-define(ASK_QUESTIONS, 1000000).
-define(TIMERS_PENDING, 1000000).
-define(TIMERS_CANCELLED, 1000000).

main([Key, Workers]) ->
    Wanted = list_to_integer(Workers),
    case erlang:system_info(schedulers_online) of
        Wanted -> measure(Key);
        Has -> complain(2, "~p schedulers instead of ~p: set ERL_FLAGS=\"+S ~p:~p\"",
                        [Has, Wanted, Wanted, Wanted])
    end;
main(_) ->
    complain(2, "usage: hyperactor-peer-erlang KEY WORKERS", []).

measure(Key) ->
    case work(Key) of
        none ->
            halt(3);
        {none, Why} ->
            io:format("note: ~s~n", [Why]),
            halt(3);
        {once, Work} ->
            show(in_process(Work));
        Work ->
            in_process(Work),
            show(in_process(Work))
    end.

work("pingpong_ns_per_hop") -> fun ping_pong/0;
work("oneway_msgs_per_s") -> fun() -> stream(1) end;
work("fanin4_msgs_per_s") -> fun() -> stream(?FAN_IN_SENDERS) end;
work("external_msgs_per_s") -> {none, "Erlang has no threads of the user's"};
work("bounded_pipeline_msgs_per_s") -> {none, "Erlang has no mailbox with a limit"};
work("ring_hops_per_s") -> fun ring/0;
work("spawn_actors_per_s") -> fun spawn_all/0;
work("skynet_1m_s") -> fun skynet/0;
work("idle_actor_bytes") -> {once, fun idle_memory/0};
work("ask_ns") -> fun ask/0;
work("timer_ns") -> fun timer/0;
work(_) -> none.

show(Figure) ->
    io:format("~w~n", [float(Figure)]),
    halt(0).

complain(Code, Format, Words) ->
    io:format(standard_error, Format ++ "~n", Words),
    halt(Code).

%% Each repetition runs in a process of its own, with a heap nobody has used before.
in_process(Work) ->
    {Pid, Monitor} = spawn_monitor(fun() -> exit({figure, Work()}) end),
    receive
        {'DOWN', Monitor, process, Pid, {figure, Figure}} -> Figure;
        {'DOWN', Monitor, process, Pid, Why} -> complain(1, "~p", [Why])
    end.

%% Seconds that Work takes; it has to return Sum.
seconds(Sum, Work) ->
    Begin = erlang:monotonic_time(nanosecond),
    Sum = Work(),
    (erlang:monotonic_time(nanosecond) - Begin) / 1.0e9.

%%% Ping-pong

ping_pong() ->
    Self = self(),
    First = spawn_link(fun() -> meet(Self) end),
    Second = spawn_link(fun() -> meet(Self) end),
    First ! {meet, Second},
    Second ! {meet, First},
    Seconds = seconds(?PING_PONG_HOPS div 2,
                      fun() ->
                              Second ! ?PING_PONG_HOPS - 1,
                              receive {hits, First, Hits} -> Hits end
                      end),
    end_all([First, Second]),
    Seconds * 1.0e9 / ?PING_PONG_HOPS.

meet(Judge) ->
    receive {meet, Other} -> play(Judge, Other, 0) end.

play(Judge, Other, Hits) ->
    receive
        0 ->
            Judge ! {hits, self(), Hits + 1},
            play(Judge, Other, Hits + 1);
        HopsLeft ->
            Other ! HopsLeft - 1,
            play(Judge, Other, Hits + 1)
    end.

%%% Senders that fill one receiver

stream(Senders) ->
    Self = self(),
    Each = ?STREAM_ITEMS div Senders,
    %% message_queue_data, off_heap: the settings for long queues.
    Sink = spawn_opt(fun() -> receive {attach, Sources} ->
                                      sink(Self, Sources, ?STREAM_ITEMS, 0, 0)
                              end
                     end, [link, {message_queue_data, off_heap}]),
    Sources = [spawn_link(fun() -> source(Sink, 0, ?WINDOW div Senders) end)
               || _ <- lists:seq(1, Senders)],
    Sink ! {attach, Sources},
    Seconds = seconds(Senders * (Each * (Each + 1) div 2),
                      fun() ->
                              [Source ! {send, Each} || Source <- Sources],
                              receive {sum, Sink, Sum} -> Sum end
                      end),
    end_all(Sources),
    ?STREAM_ITEMS / Seconds.

sink(Judge, _, 0, Sum, _) ->
    Judge ! {sum, self(), Sum};
sink(Judge, Sources, Missing, Sum, ?CREDIT_BATCH) ->
    [Source ! {credit, ?CREDIT_BATCH div length(Sources)} || Source <- Sources],
    sink(Judge, Sources, Missing, Sum, 0);
sink(Judge, Sources, Missing, Sum, Uncredited) ->
    receive Item -> sink(Judge, Sources, Missing - 1, Sum + Item, Uncredited + 1) end.

%% Sends bursts and asks itself for the next one, so that others get their turn.
source(Sink, Left, Credit) ->
    receive
        {send, Items} ->
            burst(Sink, Items, Credit, ?BURST);
        {credit, More} when Credit < ?BURST, Left > 0 ->
            burst(Sink, Left, Credit + More, ?BURST);
        {credit, More} ->
            source(Sink, Left, Credit + More);
        go_on ->
            burst(Sink, Left, Credit, ?BURST)
    end.

burst(Sink, Left, Credit, 0) when Left > 0, Credit >= ?BURST ->
    self() ! go_on,
    source(Sink, Left, Credit);
burst(Sink, Left, Credit, N) when N =:= 0; Left =:= 0 ->
    source(Sink, Left, Credit);
burst(Sink, Left, Credit, N) ->
    Sink ! Left,
    burst(Sink, Left - 1, Credit - 1, N - 1).

%%% Ring

ring() ->
    Self = self(),
    Judge = spawn_link(fun() -> judge(Self, ?RING_TOKENS, 0) end),
    Runners = [spawn_link(fun() -> receive {link, Next} -> runner(Judge, Next) end end)
               || _ <- lists:seq(1, ?RING_ACTORS)],
    link_all(Runners, tl(Runners) ++ [hd(Runners)]),
    Starts = every(?RING_ACTORS div ?RING_TOKENS, Runners),
    Hops = ?RING_TOKENS * ?RING_HOPS,
    Seconds = seconds(Hops,
                      fun() ->
                              [Runner ! 0 || Runner <- Starts],
                              receive {hops, Sum} -> Sum end
                      end),
    end_all(Runners),
    Hops / Seconds.

link_all([], []) -> ok;
link_all([Runner | Runners], [Next | Nexts]) ->
    Runner ! {link, Next},
    link_all(Runners, Nexts).

every(_, []) -> [];
every(N, [First | _] = List) -> [First | every(N, lists:nthtail(N, List))].

runner(Judge, Next) ->
    receive
        ?RING_HOPS -> Judge ! {arrived, ?RING_HOPS};
        Hops -> Next ! Hops + 1
    end,
    runner(Judge, Next).

judge(Asker, 0, Sum) ->
    Asker ! {hops, Sum};
judge(Asker, Running, Sum) ->
    receive {arrived, Hops} -> judge(Asker, Running - 1, Sum + Hops) end.

%%% Spawn

spawn_all() ->
    Self = self(),
    Each = ?SPAWN_ACTORS div ?SPAWNERS,
    Seconds = seconds(2 * ?SPAWN_ACTORS,
                      fun() ->
                              [spawn_link(fun() -> spawner(Self, Each) end)
                               || _ <- lists:seq(1, ?SPAWNERS)],
                              lists:sum([receive {left, Sum} -> Sum end
                                         || _ <- lists:seq(1, ?SPAWNERS)])
                      end),
    ?SPAWN_ACTORS / Seconds.

spawner(Judge, Actors) ->
    [spawn_one() || _ <- lists:seq(1, ?SPAWN_ALIVE)],
    spawner(Judge, Actors - ?SPAWN_ALIVE, Actors, 0).

spawner(Judge, _, 0, Sum) ->
    Judge ! {left, Sum};
spawner(Judge, ToSpawn, ToLeave, Sum) ->
    receive {leaving, Value} ->
            ToSpawn > 0 andalso spawn_one(),
            spawner(Judge, ToSpawn - 1, ToLeave - 1, Sum + Value)
    end.

spawn_one() ->
    Spawner = self(),
    Mayfly = spawn(fun() -> mayfly(Spawner, 1) end),
    Mayfly ! {work, 1}.

mayfly(Spawner, Value) ->
    receive {work, More} -> Spawner ! {leaving, Value + More} end.

%%% Skynet

skynet() ->
    Self = self(),
    seconds(?SKYNET_LEAVES * (?SKYNET_LEAVES - 1) div 2,
            fun() ->
                    spawn(fun() -> branch(Self, 0, ?SKYNET_LEAVES) end),
                    receive {subtotal, Sum} -> Sum end
            end).

branch(Parent, First, 1) ->
    Parent ! {subtotal, First};
branch(Parent, First, Leaves) ->
    Self = self(),
    Each = Leaves div ?SKYNET_CHILDREN,
    [spawn(fun() -> branch(Self, First + I * Each, Each) end)
     || I <- lists:seq(0, ?SKYNET_CHILDREN - 1)],
    Parent ! {subtotal, subtotals(?SKYNET_CHILDREN, 0)}.

subtotals(0, Sum) -> Sum;
subtotals(N, Sum) -> receive {subtotal, Part} -> subtotals(N - 1, Sum + Part) end.

%%% Memory of an idle process

idle_memory() ->
    Warm = populate(?IDLE_WARM_UP),
    Before = resident_bytes(),
    Idlers = populate(?IDLE_ACTORS),
    After = resident_bytes(),
    end_all(Warm),
    end_all(Idlers),
    (After - Before) / ?IDLE_ACTORS.

populate(Actors) ->
    Idlers = [spawn_one_idler() || _ <- lists:seq(1, Actors)],
    Actors = lists:sum([begin Idler ! {read, self()}, receive {value, V} -> V end end
                        || Idler <- Idlers]),
    Idlers.

spawn_one_idler() ->
    Idler = spawn(fun() -> idler(0) end),
    Idler ! {touch, 1},
    Idler.

idler(Value) ->
    receive
        {touch, New} -> idler(New);
        {read, Asker} -> Asker ! {value, Value}, idler(Value)
    end.

resident_bytes() ->
    {ok, Text} = file:read_file("/proc/self/status"),
    {match, [Kilobytes]} = re:run(Text, "VmRSS:\\s+(\\d+)", [{capture, all_but_first, list}]),
    list_to_integer(Kilobytes) * 1024.

%%% Ask: gen_server:call, which also learns of the callee's end and has a deadline

ask() ->
    {ok, Oracle} = gen_server:start_link(?MODULE, [], []),
    Self = self(),
    Asker = spawn_link(fun() -> receive run -> Self ! {sum, ask_all(Oracle, 0, 0)} end end),
    Seconds = seconds(?ASK_QUESTIONS * (?ASK_QUESTIONS + 1) div 2,
                      fun() ->
                              Asker ! run,
                              receive {sum, Sum} -> Sum end
                      end),
    gen_server:stop(Oracle),
    Seconds * 1.0e9 / ?ASK_QUESTIONS.

ask_all(_, ?ASK_QUESTIONS, Sum) -> Sum;
ask_all(Oracle, I, Sum) ->
    ask_all(Oracle, I + 1, Sum + gen_server:call(Oracle, {successor, I}, 30000)).

init([]) -> {ok, none}.

handle_call({successor, Of}, _From, State) -> {reply, Of + 1, State}.

handle_cast(_, State) -> {noreply, State}.

%%% Timers

timer() ->
    Pending = [erlang:send_after(deadline(I), self(), ring)
               || I <- lists:seq(0, ?TIMERS_PENDING - 1)],
    Seconds = seconds(?TIMERS_CANCELLED, fun() -> arm_and_cancel(0) end),
    ?TIMERS_PENDING = length(Pending),
    Seconds * 1.0e9 / ?TIMERS_CANCELLED.

arm_and_cancel(?TIMERS_CANCELLED) -> ?TIMERS_CANCELLED;
arm_and_cancel(I) ->
    erlang:cancel_timer(erlang:send_after(deadline(I), self(), ring)),
    arm_and_cancel(I + 1).

%% Milliseconds: one hour to two.
deadline(I) ->
    3600000 + I * 7919 rem 3600000.

end_all(Pids) ->
    [begin unlink(Pid), exit(Pid, kill) end || Pid <- Pids].
