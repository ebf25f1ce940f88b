use npz_core::Npz;
use std::time::{Duration, Instant};

mod half {
    use std::time::Duration;
    pub fn to_npz(duration: &Duration) -> f64 {
        duration.as_secs_f64()
    }
}

mod no_result {
    use std::time::Duration;
    pub fn to_npz(duration: &Duration) -> f64 {
        duration.as_secs_f64()
    }
    pub fn from_npz(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }
}

mod no_reference {
    use std::time::Duration;
    pub fn to_npz(duration: Duration) -> f64 {
        duration.as_secs_f64()
    }
    pub fn from_npz(seconds: f64) -> Result<Duration, String> {
        Ok(Duration::from_secs_f64(seconds))
    }
}

mod silent_error {
    use std::time::Duration;
    pub struct Silent;
    pub fn to_npz(duration: &Duration) -> f64 {
        duration.as_secs_f64()
    }
    pub fn from_npz(seconds: f64) -> Result<Duration, Silent> {
        Duration::try_from_secs_f64(seconds).map_err(|_| Silent)
    }
}

mod to_nothing {
    use std::time::Instant;
    pub fn to_npz(instant: &Instant) -> Instant {
        *instant
    }
    pub fn from_npz(instant: Instant) -> Result<Instant, String> {
        Ok(instant)
    }
}

#[derive(Npz)]
struct Missing {
    #[npz(with = "nowhere")]
    elapsed: Duration,
}

#[derive(Npz)]
struct Half {
    #[npz(with = "half")]
    elapsed: Duration,
}

#[derive(Npz)]
struct NoResult {
    #[npz(with = "no_result")]
    elapsed: Duration,
}

#[derive(Npz)]
struct NoReference {
    #[npz(with = "no_reference")]
    elapsed: Duration,
}

#[derive(Npz)]
struct SilentError {
    #[npz(with = "silent_error")]
    elapsed: Duration,
}

#[derive(Npz)]
struct ToNothing {
    #[npz(with = "to_nothing")]
    started: Instant,
}

fn main() {}
