//! Every map of behaviors is read as it is.

use zt_risk_scoring::{Behavior, BehaviorMap, RiskLevel};
use zt_risk_scoring_tests::{Backend, Mocks, Simulated};

#[tokio::test]
async fn behaviors_of_the_simulator_are_read_as_they_are() {
    reads_behaviors::<Simulated>().await;
}

#[tokio::test]
async fn behaviors_of_the_generated_mocks_are_read_as_they_are() {
    reads_behaviors::<Mocks>().await;
}

fn behavior(name: &str, enabled: bool, level: &str) -> Behavior {
    let mut behavior = Behavior::new(name, level.into());
    behavior.enabled = enabled;
    behavior.description = format!("about {name}");
    behavior
}

async fn reads_behaviors<B: Backend>() {
    let several = [
        ("imp_travel", behavior("Impossible Travel", true, "high")),
        ("a b/ü", behavior("Odd \"id\"", false, "low")),
        ("high_dlp", behavior("High DLP", true, "medium")),
    ];
    let unknown_level = [("new", behavior("New", true, "critical"))];
    let mut maps = vec![BehaviorMap::default(), several.into_iter().collect(), unknown_level.into_iter().collect()];
    maps.extend(RiskLevel::KNOWN.map(|level| [("a", behavior("A", true, level.as_str()))].into_iter().collect()));
    for expected in maps {
        let backend = B::start(&expected).await;
        let read = backend.builder().build().unwrap().behaviors().get().await.unwrap();
        assert_eq!(read, expected);
        assert!(read.iter().map(|(id, _)| id).is_sorted());
    }
}
