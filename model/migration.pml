/*
 * A model of the migration protocol, for spin. README.md beside this file says what is in it and what is not.
 *
 * Two machines, one instance with one volume, OPERATIONS migrations. Each migration moves the instance to the other
 * machine: when the first one succeeds, the second is the way back; when it fails, the second goes the same way again
 * and meets what the first has left on the target.
 *
 * Every process is one loop of guarded commands, and everything that it knows is in global variables, durable and
 * volatile ones apart: a crash is then one step that forgets the volatile ones. A pause needs no step of its own: any
 * process may do nothing for as long as the others like. Each `atomic` is what one call to ZFS, Docker, the journal
 * or the store does, or less.
 *
 * A macro NO_… takes one gate away. BUDGET bounds the faults of a run, of all kinds together; WITHOUT_… leaves a kind out.
 */

#ifndef OPERATIONS
#define OPERATIONS 2             /* 1 or 2 */
#endif
#ifndef BUDGET
#define BUDGET 2
#endif
#ifndef WRITES
#define WRITES 1
#endif

/* What the code lacked before this model found it (README.md, Findings); -DAS_IS is the protocol as it was. */
#ifdef AS_IS
#define NO_PREPARE_LOCK
#define NO_CLAIM_OF_EACH
#define NO_CLAIM_WAIT
#define NO_RETURN_BY_KEEPER
#define NO_SETTLED_ANSWER
#define NO_ABORT_REPEAT
#endif

mtype = {
    NIL,
    /* a decision key: Journal/Decision.swift */
    RUNNING, COMMITTED, ABORTED,
    /* a copy's stamp: DatasetStamp.State */
    LIVE, INCOMING, PREVIOUS,
    /* a container, and its link */
    ABSENT, STOPPED, RUNS,
    SEALED, OPEN,
    /* the owner's journal: MigrationStateMachine.State; J_SETTLING stands for `ended` with steps after the commit left */
    J_GOING, J_COMMITTING, J_RETURNING, J_SETTLING, J_ENDED,
    /* the target's journal: TargetEntry.Phase */
    T_NONE, T_PREPARING, T_PREPARED, T_STARTING, T_STOPPED, T_SETTLING, T_SETTLED,
    /* orders of the owner and their answers: PeerRoute.swift */
    PREPARE, START, SETTLE, DISCARD,
    OK, ERROR,
    /* where the owner's run is: MigrationRunner.swift, Steps/ */
    O_IDLE, O_OFF, O_DONE,
    O_ANNOUNCE, O_PREPARE, O_PREPARING, O_INTENT_STOP, O_STOP, O_FENCE, O_SNAPSHOT, O_SEND, O_START, O_STARTING,
    O_INTENT_COMMIT, O_COMMIT, O_DECIDE, O_LOOK,
    O_UNDO, O_CHECK, O_MOUNT, O_RUN, O_DISCARDING, O_ABORT, O_ABORT_ABSENT, O_GIVE_BACK,
    O_SWITCH, O_SWITCHING, O_RETIRE, O_RETIRING, O_STAMP, O_CONCLUDE,
    /* where the target's handler is: Target/TargetAgent+….swift */
    H_IDLE,
    H_RUNNING, H_OTHERS, H_INTENT, H_NOT_LIVE, H_VOLUME, H_CREATE,
    H_MOUNT, H_STARTING, H_CHECK, H_RUN, H_CHECK_AGAIN, H_READY, H_FAIL, H_FAIL_ROLLBACK,
    H_SETTLE, H_UNSEAL, H_REMEMBER, H_TAKE_OVER, H_STAMP, H_SETTLED,
    H_KEY, H_STOP, H_ROLLBACK, H_REMOVE,
    H_LATE_KEY, H_LATE_LOOK, H_LATE_STOP, H_LATE_ROLLBACK,
    /* where the keeper is: Workloads/WorkloadController.swift */
    K_IDLE, K_MOUNT, K_LINK, K_RUN
}

/* Undos, as bits, in their order: MigrationStep.undoing. */
#define U_STOP 1
#define U_DISCARD 2
#define U_ANNOUNCE 4

/* Orders that will arrive, or be answered, too late for their sender; as bits. */
#define L_PREPARE 1
#define L_START 2
#define L_SETTLE 4
#define L_DISCARD 8
#define L_BURIED 16              /* a late discard whose tombstone is written, and that waits for the handler */

/* Transactions that the store may still make although their sender has given up; as bits. */
#define X_ANNOUNCE 1
#define X_COMMIT 2
#define X_ABORT 4
#define X_GIVE_BACK 8
#define X_PUT_KEY 16
#define X_DELETE_KEY 32

/* ---- The store: Seams/ClusterStore.swift. Linearizable, atomic, never lost. ---- */

mtype decision[2] = NIL;
bool key[2];            /* the candidate key */
byte lock;                       /* 0, or the operation + 1 */
byte place;                      /* records of instance, volume, route: the machine … */
byte epoch;                      /* … and the epoch */
byte pending[2];        /* X_… */

/* ---- A machine: what survives its daemon, what survives a power cut (stamp, data, snapshot). ---- */

mtype stamp[2] = LIVE;
byte stampEpoch[2];
byte data[2];                    /* how many of the acknowledged writes the copy holds */
byte snapshot[2];                /* the same of its newest snapshot; stands for the GUID too */
bool mounted[2];
mtype container[2] = ABSENT;
mtype link[2] = NIL;

/* ---- A machine's daemon; forgotten in a crash. ---- */

bool up[2] = true;
byte claims[2];                  /* InstanceClaims: the operations that have the instance, as bits */
bool preparing[2];               /* the lock of preparations, where there is one */
bool isRead[2];                  /* ClusterMirror: read since this start? */
byte mirrorPlace[2];
byte mirrorEpoch[2];
mtype keeper[2] = K_IDLE;
byte keeperEpoch[2];             /* of the record that the keeper starts from */

/* ---- An operation at its owner. Durable: the journal. ---- */

mtype journal[2] = NIL;
byte journalLeft[2];    /* J_SETTLING: steps done; else: undos */
byte source[2];         /* the plan: from where, */
byte planEpoch[2];      /* which records, */
byte base[2];           /* which snapshot of the target's copy */

/* Volatile. */
mtype owner[2] = O_IDLE;
byte undo[2];
byte deferred[2];
bool resumed[2];
bool recommitted[2];
byte last[2];           /* the last snapshot; also in the start order */
mtype answer[2] = NIL;

/* ---- An operation at its target. Durable: the journal. ---- */

mtype phase[2] = T_NONE;
bool tombstone[2];

/* Volatile. */
mtype handler[2] = H_IDLE;
bool isAwaited[2];      /* does the owner wait for this handler's answer? */
mtype order[2] = NIL;   /* an order that the owner waits for and that is not taken up yet */

/* ---- The network. ---- */

byte late[2];           /* L_… */

/* ---- Bookkeeping of the checks; no part of the system. ---- */

byte budget = BUDGET;
byte acknowledged;               /* writes */
bool wasReady[2];       /* the candidate was started and became ready */
bool wasGivenUp[2];     /* the target has begun to give it up, of its own will */
bool wasDiscarded[2];   /* a discard was acknowledged */

#define from source[o]
#define to (1 - source[o])
#define isOpen(p) (phase[p] != T_NONE && phase[p] != T_SETTLED)
#define isKnown(p) (phase[p] != T_NONE)

/* Live: it can write the committed copy, or a packet can reach it. */
#define isLive(m) (container[m] == RUNS && (link[m] == OPEN || place == m))

#define I1 (!(isLive(0) && isLive(1)))
#define I2 (data[place] == acknowledged)

inline check() {
    assert(I1);
    assert(I2)
}

#define fault (budget > 0)

/* The kinds, as far as a run has them. */
#ifdef WITHOUT_NETWORK
#define networkFault false
#else
#define networkFault fault
#endif
#ifdef WITHOUT_STORE
#define storeFault false
#else
#define storeFault fault
#endif
#ifdef WITHOUT_LOCAL
#define localFault false
#else
#define localFault fault
#endif
#ifdef WITHOUT_CRASH
#define crashFault false
#else
#define crashFault fault
#endif
#ifdef WITHOUT_POWER
#define powerFault false
#else
#define powerFault fault
#endif

inline spend() { budget-- }

/* ================================================================================================================= */
/* Transactions.                                                                                                      */

#ifdef NO_COMMIT_DECISION
#define commitComparesDecision true
#else
#define commitComparesDecision (decision[o] == RUNNING)
#endif
#ifdef NO_COMMIT_KEY
#define commitComparesKey true
#else
#define commitComparesKey (key[o])
#endif

/* Announce.swift, announcement */
#define mayAnnounce (decision[o] == NIL && lock == 0 && place == from && epoch == planEpoch[o])
inline makeAnnouncement() {
    decision[o] = RUNNING;
    lock = o + 1
}

/* Commit.swift, commitTransaction */
#define mayCommit (commitComparesDecision && commitComparesKey && place == from && epoch == planEpoch[o])
inline makeCommit() {
    /* What is committed was ready, and its machine has not begun to give it up. */
    assert(wasReady[o] && !wasGivenUp[o]);
    decision[o] = COMMITTED;
    place = to;
    epoch++;
    check()
}

/* Announce.swift, giveBack */
inline makeGiveBack() {
    if
    :: lock == o + 1 -> lock = 0; key[o] = false
    :: else
    fi
}

/* What comes late: the store makes it at any time after its sender gave up. */
proctype LateWrites(byte o) {
end:
    do
    :: atomic { pending[o] & X_ANNOUNCE ->
        pending[o] = pending[o] & ~X_ANNOUNCE;
        if
        :: mayAnnounce -> makeAnnouncement(); printf("store: the late announcement of operation %d is made\n", o)
        :: else
        fi }
    :: atomic { pending[o] & X_COMMIT ->
        pending[o] = pending[o] & ~X_COMMIT;
        if
        :: mayCommit -> printf("store: the late commit of operation %d is made\n", o); makeCommit()
        :: else
        fi }
    :: atomic { pending[o] & X_ABORT ->
        pending[o] = pending[o] & ~X_ABORT;
        if
        :: decision[o] == RUNNING -> decision[o] = ABORTED; printf("store: the late abort of operation %d is made\n", o)
        :: else
        fi }
    :: atomic { pending[o] & X_GIVE_BACK ->
        pending[o] = pending[o] & ~X_GIVE_BACK;
        makeGiveBack();
        printf("store: operation %d gives its lock back, late\n", o) }
    :: atomic { pending[o] & X_PUT_KEY ->
        pending[o] = pending[o] & ~X_PUT_KEY;
        if
        :: decision[o] == RUNNING -> key[o] = true; printf("store: the late candidate key of operation %d is written\n", o)
        :: else
        fi }
    :: atomic { pending[o] & X_DELETE_KEY ->
        pending[o] = pending[o] & ~X_DELETE_KEY;
        key[o] = false;
        printf("store: the candidate key of operation %d is deleted, late\n", o) }
    od
}

/* A transaction whose answer is lost: it never arrives, or may be made at any time from now on. */
inline lose(bit_) {
    spend();
    if
    :: true -> printf("store: a write of operation %d is lost\n", o)
    :: true -> pending[o] = pending[o] | bit_; printf("store: the answer to a write of operation %d is lost\n", o)
    fi
}

/* ================================================================================================================= */
/* The owner: MigrationEngine.swift, MigrationRunner.swift, MigrationStateMachine.swift, Steps/                        */

inline save(state_, left_) {
    journal[o] = state_;
    journalLeft[o] = left_
}

/* WorkloadClaims. In the code an instance has one claim, and a newer one takes the place of an older. */
inline claim(m_, o_) {
#ifdef NO_CLAIM_OF_EACH
    claims[m_] = 1 << o_
#else
    claims[m_] = claims[m_] | (1 << o_)
#endif
}

inline release(m_) { claims[m_] = claims[m_] & ~(1 << o) }

/* MigrationStateMachine.goBack */
inline goBack() {
    undo[o] = journalLeft[o];
    deferred[o] = 0;
    owner[o] = O_UNDO
}

/* An undo that could not be made is left to the next run: MigrationStateMachine.postponed */
inline postpone(bit_) {
    deferred[o] = deferred[o] | bit_;
    undo[o] = undo[o] & ~bit_;
    owner[o] = O_UNDO
}

/* MigrationStateMachine.postponed after the commit: this step and all that follow are left. The claim is kept. */
inline leave(done_) {
    save(J_SETTLING, done_);
    owner[o] = O_OFF
}

inline forgetOperation() {
    save(NIL, 0);
    release(from);
    undo[o] = 0;
    deferred[o] = 0;
    resumed[o] = false;
    recommitted[o] = false;
    answer[o] = NIL;
    owner[o] = O_DONE
}

/* Calls the target. Lost on the way; late, or answered too late; twice; or in time. */
inline call(order_, bit_, wait_) {
    answer[o] = NIL;
    if
    :: up[to] -> order[o] = order_
    :: !up[to] -> answer[o] = ERROR
    :: networkFault -> spend(); answer[o] = ERROR; printf("network: an order of operation %d is lost\n", o)
    :: networkFault -> spend(); answer[o] = ERROR; late[o] = late[o] | bit_;
        printf("network: an order of operation %d is late, its sender gives up\n", o)
    :: networkFault && up[to] -> spend(); order[o] = order_; late[o] = late[o] | bit_;
        printf("network: an order of operation %d is sent twice\n", o)
    fi;
    owner[o] = wait_
}

/* TargetAgent.ticket, and what `zfs receive` wants: the base is the newest snapshot. */
#define mayReceive (up[to] && phase[o] == T_PREPARED && !tombstone[o] && stamp[to] == INCOMING && snapshot[to] == base[o] && !mounted[to])

/* Operations are alike: the first one begins first. ONE_AFTER_ANOTHER: the second only when the first has ended, or its
   run has. */
#ifdef ONE_AFTER_ANOTHER
#define isNext (o == 0 || owner[0] == O_DONE || owner[0] == O_OFF)
#else
#define isNext (o == 0 || owner[0] != O_IDLE)
#endif
#define mayPlan (up[place] && up[1 - place] && lock == 0 && stamp[place] == LIVE && container[1 - place] != RUNS && !(stamp[1 - place] == LIVE && mounted[1 - place]))

/* A claim waits for a start that is under way; the code has no such wait. */
#ifdef NO_CLAIM_WAIT
#define isKeeperDone true
#else
#define isKeeperDone (keeper[place] == K_IDLE)
#endif

/* A retry that can change nothing is not made here, or every wait would be a circle: the target's daemon is down, or it
   lost its candidate in a power cut and has to look at the decision by itself first. */
#define isWorthATry (journal[o] == J_ENDED -> up[to] : (journal[o] != J_SETTLING || (up[to] && !(link[to] == NIL && isOpen(o) && phase[o] != T_SETTLING))))

proctype Owner(byte o) {
end:
    do
    /* -- admit: MigrationEngine.admit, plan, announce; the plan's refusals are MigrationPlanner+Refusals.swift -- */
    :: atomic { owner[o] == O_IDLE && isNext && mayPlan && isKeeperDone ->
        source[o] = place;
        planEpoch[o] = epoch;
        base[o] = snapshot[1 - place];
        claim(place, o);
        save(J_GOING, U_ANNOUNCE);
        owner[o] = O_ANNOUNCE;
        printf("m%d: operation %d begins: to m%d, epoch %d\n", from, o, to, epoch) }
    :: atomic { owner[o] == O_ANNOUNCE ->
        if
        :: mayAnnounce -> makeAnnouncement(); owner[o] = O_PREPARE; printf("m%d: operation %d is announced\n", from, o)
        :: !mayAnnounce -> forgetOperation(); printf("m%d: operation %d is refused\n", from, o)
        :: storeFault -> lose(X_ANNOUNCE); release(from); owner[o] = O_OFF
        fi }

    /* -- prepare: PrepareTarget.swift. Holds, images and pre-copy are not in the model. -- */
    :: atomic { owner[o] == O_PREPARE ->
        save(J_GOING, U_DISCARD | U_ANNOUNCE);
        printf("m%d: operation %d orders PREPARE\n", from, o);
        call(PREPARE, L_PREPARE, O_PREPARING) }
    :: atomic { owner[o] == O_PREPARING && answer[o] != NIL ->
        if
        :: answer[o] == OK -> owner[o] = O_INTENT_STOP
        :: else -> goBack(); printf("m%d: operation %d could not prepare and goes back\n", from, o)
        fi;
        answer[o] = NIL }

    /* -- cutover: Stop.swift, FenceVolumes.swift, LastDelta.swift, StartCandidate.swift -- */
#ifdef NO_FENCE
    /* The last snapshot is taken, sent and verified while the workload runs; then it is stopped. */
    :: atomic { owner[o] == O_INTENT_STOP ->
        save(J_GOING, U_STOP | U_DISCARD | U_ANNOUNCE); owner[o] = O_SNAPSHOT }
#else
    :: atomic { owner[o] == O_INTENT_STOP ->
        save(J_GOING, U_STOP | U_DISCARD | U_ANNOUNCE); owner[o] = O_STOP }
#endif
    :: atomic { owner[o] == O_STOP ->
        if
        :: container[from] == RUNS -> container[from] = STOPPED
        :: else
        fi;
        owner[o] = O_FENCE;
        printf("m%d: the workload is stopped\n", from) }
    :: atomic { owner[o] == O_FENCE ->
        /* Unmounting what a container uses is refused. */
        if
        :: container[from] != RUNS ->
            mounted[from] = false;
            printf("m%d: the volume is unmounted\n", from);
#ifdef NO_FENCE
            owner[o] = O_START
#else
            owner[o] = O_SNAPSHOT
#endif
        :: else -> goBack(); printf("m%d: the volume is in use, operation %d goes back\n", from, o)
        fi }
    :: atomic { owner[o] == O_SNAPSHOT ->
        last[o] = data[from];
        snapshot[from] = data[from];
        owner[o] = O_SEND;
        printf("m%d: the last snapshot is taken, with %d writes\n", from, last[o]) }
    :: atomic { owner[o] == O_SEND ->
        if
        :: mayReceive ->
            data[to] = last[o]; snapshot[to] = last[o];
            printf("m%d: the last delta arrives\n", to);
            if
#ifndef NO_VERIFY
            :: data[from] != last[o] -> goBack(); printf("m%d: written behind the snapshot, goes back\n", from)
#endif
            :: else ->
#ifdef NO_FENCE
                owner[o] = O_STOP
#else
                owner[o] = O_START
#endif
            fi
#ifdef NO_RECEIPT
        /* The stream breaks, and nobody looks at what the target says that it received. */
        :: networkFault -> spend(); owner[o] = O_START; printf("network: the last delta is lost, unnoticed\n")
#endif
        :: networkFault -> spend(); goBack(); printf("network: the last delta is lost, operation %d goes back\n", o)
        :: !mayReceive -> goBack(); printf("m%d: the target does not take the last delta, operation %d goes back\n", from, o)
        fi }
    :: atomic { owner[o] == O_START ->
        printf("m%d: operation %d orders START\n", from, o);
        call(START, L_START, O_STARTING) }
    :: atomic { owner[o] == O_STARTING && answer[o] != NIL ->
        if
        :: answer[o] == OK -> owner[o] = O_INTENT_COMMIT
        :: else -> goBack(); printf("m%d: operation %d could not start its candidate and goes back\n", from, o)
        fi;
        answer[o] = NIL }

    /* -- commit: Commit.swift. The intent is durable before the first byte. -- */
    :: atomic { owner[o] == O_INTENT_COMMIT ->
#ifndef NO_COMMIT_INTENT
        save(J_COMMITTING, U_STOP | U_DISCARD | U_ANNOUNCE);
#endif
        owner[o] = O_COMMIT }
    :: atomic { owner[o] == O_COMMIT ->
        if
        :: mayCommit -> printf("m%d: operation %d is COMMITTED\n", from, o); makeCommit(); owner[o] = O_SWITCH
        :: !mayCommit -> goBack(); printf("m%d: the commit of operation %d is refused\n", from, o)
        :: storeFault -> printf("m%d: operation %d sends its commit\n", from, o); lose(X_COMMIT);
#ifdef NO_DURABLE_ABORT
            /* The source is restarted at once, without the store's word. */
            goBack()
#else
            owner[o] = O_DECIDE
#endif
        /* Nothing was sent; or an operator cancels; or the source finds another reason. */
        :: localFault -> spend(); goBack(); printf("m%d: operation %d is cancelled before its commit\n", from, o)
        fi }

    /* -- deciding: MigrationRunner.decide, Commit.resolve. By writing. -- */
    :: atomic { owner[o] == O_DECIDE && !resumed[o] && !recommitted[o] ->
        recommitted[o] = true;
        if
        :: mayCommit -> printf("m%d: operation %d is COMMITTED, at the second try\n", from, o); makeCommit(); owner[o] = O_SWITCH
        :: !mayCommit -> owner[o] = O_LOOK
        :: storeFault -> lose(X_COMMIT); owner[o] = O_LOOK
        fi }
    :: atomic { owner[o] == O_DECIDE && (resumed[o] || recommitted[o]) ->
#ifdef NO_DECIDE
        goBack(); printf("m%d: operation %d is taken for aborted\n", from, o)
#else
        if
        :: decision[o] == RUNNING -> decision[o] = ABORTED; goBack(); printf("m%d: operation %d is ABORTED\n", from, o)
        :: decision[o] != RUNNING -> owner[o] = O_LOOK
        :: storeFault -> lose(X_ABORT); owner[o] = O_LOOK
        fi
#endif
        }
    :: atomic { owner[o] == O_LOOK ->
        if
        :: decision[o] == COMMITTED -> owner[o] = O_SWITCH; printf("m%d: operation %d is found committed\n", from, o)
        :: decision[o] == ABORTED -> goBack(); printf("m%d: operation %d is found aborted\n", from, o)
        :: else -> owner[o] = O_DECIDE
        fi }
    /* This run has asked for long enough: MigrationLimits.undecided. The claim and the entry stay. */
    :: atomic { (owner[o] == O_DECIDE || owner[o] == O_LOOK) && storeFault ->
        spend(); owner[o] = O_OFF; printf("m%d: operation %d is left undecided\n", from, o) }

    /* -- back: MigrationStep.undoing. The state is saved before each undo. -- */
    :: atomic { owner[o] == O_UNDO && undo[o] != 0 ->
        save(J_RETURNING, undo[o] | deferred[o]);
        if
        :: (undo[o] & U_STOP) && resumed[o] -> owner[o] = O_CHECK
        :: (undo[o] & U_STOP) && !resumed[o] -> owner[o] = O_MOUNT
        :: !(undo[o] & U_STOP) && (undo[o] & U_DISCARD) ->
            printf("m%d: operation %d orders DISCARD\n", from, o);
            call(DISCARD, L_DISCARD, O_DISCARDING)
        :: !(undo[o] & U_STOP) && !(undo[o] & U_DISCARD) -> owner[o] = O_ABORT
        fi }
    :: atomic { owner[o] == O_UNDO && undo[o] == 0 ->
        /* Conclude.finish */
        if
        :: deferred[o] == 0 -> forgetOperation(); printf("m%d: operation %d has ended, aborted\n", from, o)
        :: else ->
            save(J_ENDED, deferred[o]);
            release(from);
            owner[o] = O_OFF;
            printf("m%d: operation %d has ended with work left\n", from, o)
        fi }
    /* Stop.swift, returnWorkloads */
    :: atomic { owner[o] == O_CHECK ->
        if
        :: place == from && epoch == planEpoch[o] -> owner[o] = O_MOUNT
        :: else -> postpone(U_STOP); printf("m%d: operation %d finds the instance placed elsewhere\n", from, o)
        fi }
    :: atomic { owner[o] == O_MOUNT ->
        if
        :: true -> mounted[from] = true; owner[o] = O_RUN; printf("m%d: operation %d mounts the volume again\n", from, o)
        :: localFault -> spend(); postpone(U_STOP); printf("m%d: operation %d cannot mount the volume\n", from, o)
        fi }
    :: atomic { owner[o] == O_RUN ->
        if
        :: mounted[from] && container[from] != ABSENT ->
            container[from] = RUNS; link[from] = OPEN;
            undo[o] = undo[o] & ~U_STOP; owner[o] = O_UNDO;
            printf("m%d: the workload RUNS on m%d again\n", from, from);
            check()
        :: !(mounted[from] && container[from] != ABSENT) -> postpone(U_STOP)
        :: localFault -> spend(); postpone(U_STOP); printf("m%d: operation %d cannot start the workload again\n", from, o)
        fi }
    /* PrepareTarget.swift, discardOnTarget */
    :: atomic { owner[o] == O_DISCARDING && answer[o] != NIL ->
        if
        :: answer[o] == OK -> undo[o] = undo[o] & ~U_DISCARD; owner[o] = O_UNDO; wasDiscarded[o] = true
        :: else -> postpone(U_DISCARD)
        fi;
        answer[o] = NIL }
    /* Announce.swift, writeAborted: two transactions; then concludeAborted, giveBack */
    :: atomic { owner[o] == O_ABORT ->
        if
        :: decision[o] == RUNNING -> decision[o] = ABORTED; owner[o] = O_GIVE_BACK; printf("m%d: operation %d is ABORTED\n", from, o)
        :: decision[o] != RUNNING -> owner[o] = O_ABORT_ABSENT; printf("m%d: operation %d is not running: nothing to abort\n", from, o)
        :: storeFault -> lose(X_ABORT); postpone(U_ANNOUNCE)
        fi }
    :: atomic { owner[o] == O_ABORT_ABSENT ->
        if
        :: decision[o] == NIL -> decision[o] = ABORTED; owner[o] = O_GIVE_BACK; printf("m%d: operation %d is ABORTED, it was never announced\n", from, o)
#ifndef NO_ABORT_REPEAT
        :: decision[o] == RUNNING -> owner[o] = O_ABORT
#endif
        :: else -> owner[o] = O_GIVE_BACK; printf("m%d: operation %d has a decision already\n", from, o)
        fi }
    :: atomic { owner[o] == O_GIVE_BACK ->
        if
        :: true -> makeGiveBack(); undo[o] = undo[o] & ~U_ANNOUNCE; owner[o] = O_UNDO
        :: storeFault -> lose(X_GIVE_BACK); postpone(U_ANNOUNCE)
        fi }

    /* -- forward: SwitchOver.swift, RetireSource.swift, Conclude.swift -- */
    :: atomic { owner[o] == O_SWITCH -> printf("m%d: operation %d orders SETTLE\n", from, o); call(SETTLE, L_SETTLE, O_SWITCHING) }
    :: atomic { owner[o] == O_SWITCHING && answer[o] != NIL ->
        if
        :: answer[o] == OK -> owner[o] = O_RETIRE
        :: else -> leave(0); printf("m%d: operation %d cannot settle its target yet\n", from, o)
        fi;
        answer[o] = NIL }
    :: atomic { owner[o] == O_RETIRE -> save(J_SETTLING, 1); call(SETTLE, L_SETTLE, O_RETIRING) }
    :: atomic { owner[o] == O_RETIRING && answer[o] != NIL ->
        if
        :: answer[o] == OK -> owner[o] = O_STAMP
        :: else -> leave(1); printf("m%d: operation %d cannot settle its target yet\n", from, o)
        fi;
        answer[o] = NIL }
    :: atomic { owner[o] == O_STAMP ->
        assert(container[from] != RUNS);
        container[from] = ABSENT; link[from] = NIL;
        stamp[from] = PREVIOUS; stampEpoch[from] = planEpoch[o];
        check();
        owner[o] = O_CONCLUDE;
        printf("m%d: the copy is stamped previous\n", from) }
    :: atomic { owner[o] == O_CONCLUDE ->
        save(J_SETTLING, 2);
        if
        :: true -> makeGiveBack(); forgetOperation(); printf("m%d: operation %d has ended, migrated\n", from, o)
        :: storeFault -> lose(X_GIVE_BACK); leave(2)
        fi }

    /* -- after a crash, and for what a run has left: MigrationEngine.resume, MigrationStateMachine.recover -- */
    :: atomic { owner[o] == O_OFF && journal[o] != NIL && up[from] && isWorthATry ->
        resumed[o] = true;
        if
        :: journal[o] == J_ENDED
        :: else -> claim(from, o)
        fi;
        if
        :: journal[o] == J_COMMITTING -> owner[o] = O_DECIDE
        :: journal[o] == J_GOING || journal[o] == J_RETURNING -> goBack()
        :: journal[o] == J_ENDED ->
#ifndef NO_RETURN_BY_KEEPER
            /* Its claim and perhaps its lock are gone: the workload is the keeper's. */
            journalLeft[o] = journalLeft[o] & ~U_STOP;
#endif
            goBack()
        :: journal[o] == J_SETTLING && journalLeft[o] == 0 -> owner[o] = O_SWITCH
        :: journal[o] == J_SETTLING && journalLeft[o] == 1 -> owner[o] = O_RETIRE
        :: journal[o] == J_SETTLING && journalLeft[o] == 2 -> owner[o] = O_CONCLUDE
        fi;
        printf("m%d: operation %d is resumed\n", from, o) }
    od
}

/* ================================================================================================================= */
/* The target: Target/TargetAgent.swift and its extensions. One handler for each operation: KeyedLock `work`.          */

/* The handler ends; whoever waits gets its answer. */
inline reply(answer_) {
    if
    :: isAwaited[o] -> answer[o] = answer_
    :: else
    fi;
    isAwaited[o] = false;
    handler[o] = H_IDLE
}

inline endPreparation(answer_) {
#ifndef NO_PREPARE_LOCK
    preparing[to] = false;
#endif
    reply(answer_)
}

/* TargetAgent.forget */
inline forget() {
    phase[o] = T_NONE;
    tombstone[o] = false
}

/* An order that is taken up; of a late one nobody awaits the answer. */
inline begin(first_) {
    handler[o] = first_;
    isAwaited[o] = (order[o] != NIL);
    order[o] = NIL
}

/* Another operation that is not over on this machine */
#define other (1 - o)
#ifdef NO_OTHERS
#define isInTheWay false
#else
#define isInTheWay (isOpen(other) && source[other] == from)
#endif
#define idle (up[to] && handler[o] == H_IDLE)
#define at(h) (handler[o] == h)
#define isOrdered(order_, bit_) (order[o] == order_ || (order[o] == NIL && (late[o] & bit_)))
inline take(bit_, first_) {
    if
    :: order[o] == NIL -> late[o] = late[o] & ~bit_; printf("m%d: takes up a late order of operation %d\n", to, o)
    :: else
    fi;
    begin(first_)
}

#define isCommittedHere (phase[o] == T_SETTLING || phase[o] == T_SETTLED || decision[o] == COMMITTED)

#ifdef NO_TOMBSTONE
#define isBuried false
#else
#define isBuried (tombstone[o])
#endif

proctype Target(byte o) {
end:
    do
    /* -- prepare: TargetAgent+Prepare.swift -- */
    :: atomic { idle && isOrdered(PREPARE, L_PREPARE) && !preparing[to] ->
#ifndef NO_PREPARE_LOCK
        preparing[to] = true;
#endif
        take(L_PREPARE, H_RUNNING) }
    :: atomic { at(H_RUNNING) ->
        /* checkRunning */
        if
        :: decision[o] == RUNNING -> handler[o] = H_OTHERS
        :: else -> endPreparation(ERROR)
        fi }
    :: atomic { at(H_OTHERS) && !(isInTheWay && decision[other] == ABORTED) ->
        /* giveUpOthers: one that is aborted is waited for, since `tend` gives it up; another one is in the way */
        if
#ifndef NO_OTHERS
        :: isInTheWay -> endPreparation(ERROR)
#endif
        :: else -> handler[o] = H_INTENT
        fi }
    :: atomic { at(H_INTENT) ->
        if
        :: isBuried || !(phase[o] == T_NONE || phase[o] == T_PREPARING || phase[o] == T_PREPARED) -> endPreparation(ERROR)
        :: else ->
            phase[o] = T_PREPARING;
            claim(to, o);
            handler[o] = H_NOT_LIVE
        fi }
    :: atomic { at(H_NOT_LIVE) ->
        if
        :: container[to] == RUNS -> endPreparation(ERROR)
        :: else -> handler[o] = H_VOLUME
        fi }
    :: atomic { at(H_VOLUME) ->
        if
        :: (stamp[to] == LIVE && stampEpoch[to] >= planEpoch[o]) || (mounted[to] && container[to] == RUNS) -> endPreparation(ERROR)
        :: else ->
            mounted[to] = false;
            data[to] = base[o]; snapshot[to] = base[o];
            stamp[to] = INCOMING; stampEpoch[to] = planEpoch[o] + 1;
            handler[o] = H_CREATE;
            printf("m%d: operation %d takes the copy back to its base\n", to, o);
            check()
        fi }
    :: atomic { at(H_CREATE) ->
        if
        :: container[to] == RUNS || isBuried -> endPreparation(ERROR)
        :: else ->
            container[to] = STOPPED;
#ifdef NO_SEAL
            link[to] = OPEN;
#else
            link[to] = SEALED;
#endif
            phase[o] = T_PREPARED;
            printf("m%d: operation %d is prepared\n", to, o);
            endPreparation(OK)
        fi }

    /* -- start: TargetAgent+Start.swift -- */
    :: atomic { idle && isOrdered(START, L_START) ->
        take(L_START, H_MOUNT);
        if
        :: isBuried || phase[o] != T_PREPARED -> reply(ERROR)
        :: else
        fi }
    :: atomic { at(H_MOUNT) ->
        mounted[to] = true;
        if
#ifndef NO_GUID
        :: snapshot[to] != last[o] -> handler[o] = H_FAIL
#endif
        :: else -> handler[o] = H_STARTING
        fi }
    :: atomic { at(H_STARTING) ->
        if
        :: isBuried -> handler[o] = H_FAIL
        :: else -> phase[o] = T_STARTING; handler[o] = H_CHECK
        fi }
    :: atomic { at(H_CHECK) ->
        if
        :: isBuried -> handler[o] = H_FAIL
        :: else -> handler[o] = H_RUN
        fi }
    :: atomic { at(H_RUN) ->
        if
        :: mounted[to] && container[to] != ABSENT && link[to] != NIL ->
            /* An attempt that was discarded is refused for ever. */
            assert(!wasDiscarded[o]);
            container[to] = RUNS;
            handler[o] = H_CHECK_AGAIN;
            if
            :: link[to] == SEALED -> printf("m%d: the candidate of operation %d RUNS, sealed\n", to, o)
            :: else -> printf("m%d: the candidate of operation %d RUNS, its link OPEN\n", to, o)
            fi;
            check()
        :: else -> handler[o] = H_FAIL
        fi }
    :: atomic { at(H_CHECK_AGAIN) ->
        if
        :: isBuried -> handler[o] = H_FAIL
        :: else -> handler[o] = H_READY
        fi }
    :: atomic { at(H_READY) ->
        /* announceCandidate; a probe that fails is the last fault */
        if
        :: decision[o] == RUNNING ->
            key[o] = true; wasReady[o] = true; wasGivenUp[o] = false;
#ifdef NO_UNSEAL_WAIT
            link[to] = OPEN; printf("m%d: the link is OPEN\n", to);
#endif
            printf("m%d: the candidate of operation %d is ready\n", to, o);
            check();
            reply(OK)
        :: decision[o] != RUNNING -> handler[o] = H_FAIL
        :: storeFault -> lose(X_PUT_KEY); handler[o] = H_FAIL
        fi }
    :: atomic { at(H_FAIL) ->
        if
        :: container[to] == RUNS -> container[to] = STOPPED
        :: else
        fi;
        handler[o] = H_FAIL_ROLLBACK }
    :: atomic { at(H_FAIL_ROLLBACK) ->
        if
        :: stamp[to] == INCOMING && container[to] != RUNS -> mounted[to] = false; data[to] = snapshot[to]
        :: else
        fi;
        printf("m%d: operation %d starts nothing\n", to, o);
        check();
        reply(ERROR) }

    /* -- settle: TargetAgent+Settle.swift -- */
    :: atomic { idle && isOrdered(SETTLE, L_SETTLE) -> take(L_SETTLE, H_SETTLE) }
    :: atomic { at(H_SETTLE) ->
        if
        :: phase[o] == T_SETTLED -> reply(OK)
        :: phase[o] == T_NONE ->
            if
#ifndef NO_SETTLED_ANSWER
            /* Settled and forgotten already: nothing is forgotten of a committed operation before. */
            :: decision[o] == COMMITTED -> reply(OK)
#endif
            :: else -> reply(ERROR); printf("m%d: operation %d is not known here\n", to, o)
            fi
        :: else ->
            if
            :: decision[o] == COMMITTED && phase[o] == T_SETTLING -> handler[o] = H_TAKE_OVER
            :: decision[o] == COMMITTED && phase[o] != T_SETTLING -> handler[o] = H_UNSEAL
            :: decision[o] != COMMITTED -> reply(ERROR)
            fi
        fi }
    /* `open`: the link and the journal side by side, here in both orders. */
    :: atomic { at(H_UNSEAL) ->
        if
        :: link[to] == NIL -> reply(ERROR)
        :: link[to] != NIL -> link[to] = OPEN; handler[o] = H_REMEMBER; printf("m%d: the link is OPEN\n", to); check()
        :: link[to] != NIL -> phase[o] = T_SETTLING; handler[o] = H_REMEMBER
        fi }
    :: atomic { at(H_REMEMBER) ->
        phase[o] = T_SETTLING;
        if
        :: link[to] == NIL -> reply(ERROR)
        :: else -> link[to] = OPEN; reply(OK)
        fi;
        check() }
    :: atomic { at(H_TAKE_OVER) ->
        if
        :: container[to] == RUNS -> link[to] = OPEN; phase[o] = T_SETTLING; printf("m%d: the link is OPEN\n", to)
        :: else
        fi;
        handler[o] = H_STAMP;
        check() }
    :: atomic { at(H_STAMP) -> stamp[to] = LIVE; stampEpoch[to] = planEpoch[o] + 1; handler[o] = H_SETTLED; printf("m%d: the copy is stamped live\n", to) }
    :: atomic { at(H_SETTLED) -> phase[o] = T_SETTLED; release(to); printf("m%d: operation %d is settled\n", to, o); reply(OK) }

    /* -- discard: TargetAgent+Discard.swift. The tombstone is written before the lock is waited for. -- */
    :: atomic { up[to] && order[o] == DISCARD && !tombstone[o] && !isCommittedHere ->
        tombstone[o] = true; printf("m%d: a tombstone for operation %d\n", to, o) }
    :: atomic { idle && order[o] == DISCARD && tombstone[o] -> begin(H_KEY) }
    :: atomic { idle && order[o] == DISCARD && !tombstone[o] && isCommittedHere -> begin(H_KEY); reply(ERROR) }
    :: atomic { up[to] && (late[o] & L_DISCARD) ->
        late[o] = late[o] & ~L_DISCARD;
        if
        :: isCommittedHere
        :: else -> tombstone[o] = true; late[o] = late[o] | L_BURIED; printf("m%d: a late tombstone for operation %d\n", to, o)
        fi }
    :: atomic { idle && order[o] == NIL && (late[o] & L_BURIED) -> late[o] = late[o] & ~L_BURIED; begin(H_KEY) }
    /* giveUp: the key first */
    :: atomic { at(H_KEY) ->
        tombstone[o] = true;
        if
        :: !isOpen(o) -> printf("m%d: nothing to discard of operation %d\n", to, o); reply(OK)
        :: isOpen(o) -> key[o] = false; handler[o] = H_STOP
        fi }
    :: atomic { at(H_STOP) ->
        wasGivenUp[o] = true;
        if
        :: container[to] == RUNS -> container[to] = STOPPED; printf("m%d: operation %d stops the container\n", to, o)
        :: else
        fi;
        handler[o] = H_ROLLBACK }
    :: atomic { at(H_ROLLBACK) ->
        if
        :: stamp[to] == INCOMING -> mounted[to] = false; data[to] = snapshot[to]; printf("m%d: operation %d rolls the copy back\n", to, o)
        :: else
        fi;
        check();
        handler[o] = H_REMOVE }
    :: atomic { at(H_REMOVE) ->
        container[to] = ABSENT; link[to] = NIL;
        if
        :: stamp[to] == INCOMING -> stamp[to] = PREVIOUS; stampEpoch[to] = planEpoch[o]
        :: else
        fi;
        release(to);
        phase[o] = T_NONE;
        printf("m%d: operation %d is discarded\n", to, o);
        reply(OK) }

    /* -- tend: TargetAgent+Discard.swift -- */
    :: atomic { idle && phase[o] == T_SETTLED -> forget(); printf("m%d: operation %d is tidied up and forgotten\n", to, o) }
    :: atomic { idle && decision[o] == COMMITTED && isOpen(o) -> handler[o] = H_TAKE_OVER; printf("m%d: finds operation %d committed\n", to, o) }
    :: atomic { idle && decision[o] == ABORTED && isOpen(o) -> handler[o] = H_KEY; printf("m%d: finds operation %d aborted\n", to, o) }
    :: atomic { idle && (decision[o] == ABORTED || decision[o] == COMMITTED) && phase[o] == T_NONE && tombstone[o] && order[o] != DISCARD -> forget() }
    /* stopWhenOverdue */
    :: atomic { idle && decision[o] == RUNNING && phase[o] == T_STARTING && localFault ->
        spend();
        printf("m%d: nobody asks about the candidate of operation %d\n", to, o);
#ifdef NO_KEY_FIRST
        handler[o] = H_LATE_STOP
#else
        handler[o] = H_LATE_KEY
#endif
        }
    :: atomic { at(H_LATE_KEY) ->
        if
        :: true -> key[o] = false; handler[o] = H_LATE_LOOK
        :: storeFault -> lose(X_DELETE_KEY); reply(ERROR)
        fi }
    :: atomic { at(H_LATE_LOOK) ->
        if
        :: decision[o] == COMMITTED -> reply(ERROR)
        :: else ->
#ifdef NO_KEY_FIRST
            phase[o] = T_STOPPED; reply(OK)
#else
            handler[o] = H_LATE_STOP
#endif
        fi }
    :: atomic { at(H_LATE_STOP) ->
        wasGivenUp[o] = true;
        if
        :: container[to] == RUNS -> container[to] = STOPPED; printf("m%d: operation %d stops the candidate\n", to, o)
        :: else
        fi;
        handler[o] = H_LATE_ROLLBACK }
    :: atomic { at(H_LATE_ROLLBACK) ->
        if
        :: stamp[to] == INCOMING -> mounted[to] = false; data[to] = snapshot[to]
        :: else
        fi;
        check();
#ifdef NO_KEY_FIRST
        handler[o] = H_LATE_KEY
#else
        phase[o] = T_STOPPED; reply(OK)
#endif
        }
    od
}

/* ================================================================================================================= */
/* A machine: what keeps workloads running between migrations, and what befalls it.                                    */

#define canStart(epoch_) (stampIsRight && epochIsRight(epoch_))
#ifdef NO_STAMP
#define stampIsRight true
#else
#define stampIsRight (stamp[m] == LIVE)
#endif
#ifdef NO_EPOCH
#define epochIsRight(epoch_) true
#else
#define epochIsRight(epoch_) (stampEpoch[m] <= epoch_)
#endif
#ifdef NO_RECORD
#define isPlacedHere true
#else
#define isPlacedHere (isRead[m] && mirrorPlace[m] == m)
#endif
#ifdef NO_CLAIM
#define isFree true
#else
#define isFree (claims[m] == 0)
#endif

/* What an order to a daemon that dies becomes: gone, or taken up late. */
inline cutOff(p_, bit_) {
    if
    :: order[p_] != NIL ->
        order[p_] = NIL;
        if
        :: true
        :: true -> late[p_] = late[p_] | bit_
        fi
    :: else
    fi
}

inline bitOf(p_) {
    if
    :: order[p_] == PREPARE -> flag = L_PREPARE
    :: order[p_] == START -> flag = L_START
    :: order[p_] == SETTLE -> flag = L_SETTLE
    :: order[p_] == DISCARD -> flag = L_DISCARD
    :: else -> flag = 0
    fi
}

inline loseMemoryOf(p_) {
    if
    :: owner[p_] != O_IDLE && source[p_] == m ->
        bitOf(p_);
        cutOff(p_, flag);
        isAwaited[p_] = false;
        answer[p_] = NIL;
        undo[p_] = 0;
        deferred[p_] = 0;
        resumed[p_] = false;
        recommitted[p_] = false;
        if
        :: owner[p_] != O_DONE -> owner[p_] = O_OFF
        :: else
        fi
    :: owner[p_] != O_IDLE && source[p_] != m ->
        if
        :: isAwaited[p_] || order[p_] != NIL -> answer[p_] = ERROR
        :: else
        fi;
        bitOf(p_);
        cutOff(p_, flag);
        isAwaited[p_] = false;
        handler[p_] = H_IDLE;
        late[p_] = late[p_] & ~L_BURIED;
#ifdef NO_DURABLE_TOMBSTONE
        tombstone[p_] = false;
#endif
    :: else
    fi
}

/* MigrationEngine.restoreClaims, TargetAgent.restoreClaims */
inline restoreClaim(p_) {
    if
    :: owner[p_] != O_IDLE && source[p_] == m && journal[p_] != NIL && journal[p_] != J_ENDED -> claim(m, p_)
    :: owner[p_] != O_IDLE && source[p_] != m && isOpen(p_) -> claim(m, p_)
    :: else
    fi
}

/* A daemon that has nothing in hand loses nothing but the time it is away, which is like a lost order; and without a
   workload the power cut is no more than that. */
#define hasRun(p) (owner[p] != O_IDLE && source[p] == m && owner[p] != O_OFF && owner[p] != O_DONE)
#define hasEntry(p) (owner[p] != O_IDLE && source[p] != m && (phase[p] != T_NONE || handler[p] != H_IDLE || tombstone[p]))
#define isBusy (hasRun(0) || hasRun(1) || hasEntry(0) || hasEntry(1) || keeper[m] != K_IDLE || (powerFault && container[m] == RUNS))

proctype Machine(byte m) {
    byte flag;
end:
    do
    /* -- ClusterMirror.swift: follows the store, as late as it likes -- */
    :: atomic { up[m] && (!isRead[m] || mirrorPlace[m] != place || mirrorEpoch[m] != epoch) ->
        isRead[m] = true; mirrorPlace[m] = place; mirrorEpoch[m] = epoch }

    /* -- WorkloadController.due; claims are looked at here and nowhere else -- */
    :: atomic { up[m] && keeper[m] == K_IDLE && container[m] != RUNS && isPlacedHere && isFree && canStart(mirrorEpoch[m]) ->
        keeper[m] = K_MOUNT; keeperEpoch[m] = mirrorEpoch[m];
        printf("m%d: the keeper sees the instance down\n", m) }
    /* -- InstanceStarter.start: mountVolumes, link, workload -- */
    :: atomic { keeper[m] == K_MOUNT ->
        if
        :: canStart(keeperEpoch[m]) -> mounted[m] = true; keeper[m] = K_LINK; printf("m%d: the keeper mounts the volume\n", m)
        :: else -> keeper[m] = K_IDLE; keeperEpoch[m] = 0
        fi }
    :: atomic { keeper[m] == K_LINK -> link[m] = OPEN; keeper[m] = K_RUN; check() }
    :: atomic { keeper[m] == K_RUN ->
        /* A container whose directory is not mounted is refused by Docker. */
        if
        :: mounted[m] -> container[m] = RUNS; link[m] = OPEN; printf("m%d: the keeper RUNS the workload on m%d\n", m, m); check()
        :: else
        fi;
        keeper[m] = K_IDLE; keeperEpoch[m] = 0 }

    /* -- the workload, for its clients -- */
    :: atomic { container[m] == RUNS && link[m] == OPEN && acknowledged < WRITES ->
        acknowledged++; data[m]++; printf("client: write %d is acknowledged by m%d\n", acknowledged, m); check() }

    /* -- faults -- */
    :: atomic { localFault && container[m] == RUNS && link[m] == OPEN ->
        spend(); container[m] = STOPPED; printf("m%d: the workload ends by itself\n", m) }
    :: atomic { (crashFault || powerFault) && up[m] && isBusy ->
        if
        :: crashFault -> printf("m%d: the daemon is killed\n", m)
        :: powerFault ->
            printf("m%d: the power is cut\n", m);
            mounted[m] = false; link[m] = NIL;
            if
            :: container[m] == RUNS -> container[m] = STOPPED
            :: else
            fi
        fi;
        spend();
        up[m] = false; claims[m] = 0; preparing[m] = false; keeper[m] = K_IDLE; keeperEpoch[m] = 0;
#ifndef NO_READ_SINCE_BOOT
        isRead[m] = false; mirrorPlace[m] = 0; mirrorEpoch[m] = 0;
#endif
        loseMemoryOf(0);
        loseMemoryOf(1) }
    :: atomic { !up[m] ->
        up[m] = true;
#ifndef NO_CLAIMS_RESTORED
        restoreClaim(0);
        restoreClaim(1);
#endif
        printf("m%d: the daemon starts\n", m) }
    od
}

/* ================================================================================================================= */

#define isOver(p) (owner[p] == O_DONE && journal[p] == NIL && decision[p] != RUNNING && phase[p] == T_NONE)

/* Where nothing can happen any more, every operation has ended and the workload runs where its record says. */
proctype Monitor() {
end:
    atomic { timeout ->
        assert(isOver(0));
        assert(OPERATIONS == 1 || isOver(1));
        assert(lock == 0);
        assert(container[place] == RUNS && link[place] == OPEN && mounted[place]);
        assert(stamp[place] == LIVE && stampEpoch[place] == epoch);
        assert(claims[0] == 0 && claims[1] == 0);
        assert(acknowledged == WRITES)
    }
}

init {
    atomic {
        container[0] = RUNS; link[0] = OPEN; mounted[0] = true;
        stamp[1] = PREVIOUS;
        isRead[0] = true; isRead[1] = true;
        run Owner(0); run Target(0); run LateWrites(0);
#if OPERATIONS > 1
        run Owner(1); run Target(1); run LateWrites(1);
#endif
        run Machine(0); run Machine(1);
        run Monitor()
    }
}
