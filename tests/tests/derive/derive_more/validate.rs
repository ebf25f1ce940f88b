//! The user's own check, before saving and after loading.

use npz_core::{ErrorKind, Npz};
use tests::temp_dir;

use crate::derive_more::{archive, comes_back};

#[test]
fn validate_refuses_before_saving_and_after_loading() {
    #[derive(Npz, Debug, PartialEq, Clone)]
    #[npz(validate = "Rates::check")]
    struct Rates {
        low: f64,
        high: f64,
    }
    impl Rates {
        fn check(&self) -> Result<(), String> {
            if self.low <= self.high {
                return Ok(());
            }
            Err(format!("expected low <= high, found {} > {}", self.low, self.high))
        }
    }
    fn positive(meters: &Positive) -> Result<(), &'static str> {
        if meters.0 > 0.0 { Ok(()) } else { Err("expected a positive length") }
    }
    #[derive(Npz, Debug, PartialEq, Clone)]
    #[npz(transparent, validate = "positive")]
    struct Positive(f64);
    #[derive(Npz, Debug, PartialEq, Clone)]
    #[npz(validate = "is_short")]
    enum Length {
        Of(f64),
        Unknown,
    }
    fn is_short(length: &Length) -> Result<(), &'static str> {
        if matches!(length, Length::Of(of) if *of > 10.0) { Err("too long") } else { Ok(()) }
    }
    #[derive(Npz, Debug, PartialEq, Clone)]
    struct All {
        rates: Vec<Rates>,
        lengths: Vec<Positive>,
        length: Length,
    }
    let good = All {
        rates: vec![Rates { low: 1.0, high: 2.0 }],
        lengths: vec![Positive(1.0)],
        length: Length::Of(1.0),
    };
    comes_back(&good, &["rates.0.low", "rates.0.high", "lengths", "length.tag", "length.0"]);
    comes_back(
        &All { length: Length::Unknown, ..good.clone() },
        &["rates.0.low", "rates.0.high", "lengths", "length.tag"],
    );
    let bad = Rates { low: 2.0, high: 1.0 };
    let refused = |bad: &All, member: &str, why: &str| {
        let error = bad.to_bytes().unwrap_err();
        assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some(member)));
        let message = format!("`validate` refuses the value: {why}");
        assert!(error.to_string().contains(&message), "{error}");
    };
    refused(
        &All { rates: vec![bad.clone()], ..good.clone() },
        "rates.0",
        "expected low <= high, found 2 > 1",
    );
    refused(&All { lengths: vec![Positive(-1.0)], ..good.clone() }, "lengths", "expected a positive length");
    refused(&All { length: Length::Of(11.0), ..good.clone() }, "length", "too long");
    assert!(bad.to_bytes().unwrap_err().to_string().starts_with("`validate` refuses the value"));

    let loaded = |rate: f64, length: f64, of: f64| {
        let bytes = archive(|npz| {
            npz.add("rates.0.low", &rate).unwrap();
            npz.add("rates.0.high", &0.0).unwrap();
            npz.add("lengths", &vec![1.0, length]).unwrap();
            npz.add("length.tag", "Of").unwrap();
            npz.add("length.0", &of).unwrap();
        });
        All::from_bytes(&bytes).map_err(|error| error.member().unwrap().to_owned())
    };
    assert_eq!(loaded(1.0, 1.0, 1.0).unwrap_err(), "rates.0");
    assert_eq!(loaded(0.0, 0.0, 1.0).unwrap_err(), "lengths");
    assert_eq!(loaded(0.0, 1.0, 20.0).unwrap_err(), "length");
    loaded(0.0, 1.0, 1.0).unwrap();
}

#[test]
fn a_refused_value_leaves_the_last_file() {
    #[derive(Npz, Debug)]
    #[npz(validate = "finite")]
    struct Loss {
        value: f64,
    }
    fn finite(loss: &Loss) -> Result<(), &'static str> {
        if loss.value.is_finite() { Ok(()) } else { Err("the loss is not finite") }
    }
    let dir = temp_dir();
    let path = dir.path().join("loss.npz");
    Loss { value: 1.0 }.save(&path).unwrap();
    Loss { value: f64::NAN }.save(&path).unwrap_err();
    assert_eq!(Loss::load(&path).unwrap().value, 1.0);
}
